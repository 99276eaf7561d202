import { encodePng, renderSvg, textWidth } from '@fsad/images';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { figureConfig } from './theme.ts';

/** One plot of a figure: a Vega-Lite view with layers and its own data. */
export type Panel = Record<string, unknown>;

/** A drawn figure: its Vega-Lite source and its SVG, the same bytes every time and on every machine. */
export interface Figure {
  readonly spec: TopLevelSpec;
  readonly svg: string;
}

/** Vega's text measurement, which its type declarations leave out. */
interface TextMetrics {
  width(item: { fontSize?: number; fontWeight?: string | number }, text: unknown): number;
}

// Without a canvas Vega guesses widths; measuring the font that is drawn keeps labels in place on every machine.
const metrics = (vega as unknown as { textMetrics: TextMetrics }).textMetrics;
const characterWidths = new Map<string, number>();
metrics.width = (item, text) => {
  const bold = item.fontWeight === 'bold' || Number(item.fontWeight) >= 600;
  let width = 0;
  for (const character of String(text ?? '')) width += characterWidth(character, bold);
  return (width * (item.fontSize ?? 11)) / 100;
};

function characterWidth(character: string, bold: boolean): number {
  const name = `${bold ? 'b' : 'n'}${character}`;
  let width = characterWidths.get(name);
  if (width === undefined) {
    const weight = bold ? 'bold' : 'normal';
    // Between two bars, since a bounding box has no side bearings.
    width = textWidth(`|${character}|`, 100, weight) - textWidth('||', 100, weight);
    characterWidths.set(name, width);
  }
  return width;
}

/**
 * Draws panels side by side, `columns` a row.
 * @param description one sentence for readers who cannot see the figure
 */
export async function drawFigure(
  description: string,
  panels: readonly Panel[],
  columns = panels.length,
): Promise<Figure> {
  const body = panels.length === 1 ? panels[0] : { concat: panels, columns, spacing: 28 };
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description,
    config: figureConfig,
    ...body,
  } as unknown as TopLevelSpec;
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  try {
    return { spec, svg: await view.toSVG() };
  } finally {
    view.finalize();
  }
}

/** A figure as PNG on white, two pixels a unit. */
export async function figurePng({ svg }: Figure): Promise<Uint8Array> {
  return encodePng(renderSvg(svg, 2));
}
