import { drawFigure, type Panel } from './figure.ts';
import { fullWidthPlot, html, plot, type Html } from './html.ts';

/** Width of a page's column of text and figures, and of the gap between figures, in pixels. */
const pageWidth = 1072;
const gap = 28;
/** Width of a figure in a narrow window, such as a telephone's. */
const narrowWidth = 366;

/** One figure of a row: what it shows, and its panel drawn as wide as asked. */
export interface RowFigure {
  readonly description: string;
  readonly draw: (width: number) => Panel;
}

/** Figures side by side over the whole width of the page, one, two or three a row; below one another in narrow windows. */
export async function figureRow(figures: readonly RowFigure[]): Promise<Html> {
  const columns = [0, 1, 2, 3, 2][figures.length] ?? 3;
  const width = Math.floor((pageWidth - gap * (columns - 1)) / Math.max(1, columns));
  const drawn: Html[] = [];
  for (const { description, draw } of figures) {
    const wide = await drawFigure(description, [draw(width)], 1, true);
    // A third of the page is about as wide as a narrow window: one drawing serves both.
    if (columns === 3) drawn.push(plot(wide, '', 'whole'));
    else drawn.push(fullWidthPlot(wide, await drawFigure(description, [draw(narrowWidth)], 1, true)));
  }
  return html`<div class="figures columns${columns}">${drawn}</div>`;
}
