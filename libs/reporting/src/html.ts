import { encodePng, escapeXml, type Image } from '@fsad/images';
import type { Figure } from './figure.ts';

/** A piece of markup that is safe to put in a page as it stands. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

/** Template for markup: text and numbers put in are escaped, pieces and lists of them are not, nothing is left out for null. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((markup, text, i) => markup + toMarkup(parts[i - 1]) + text));
}

function toMarkup(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'object') return part.map(toMarkup).join('');
  return escapeXml(String(part));
}

/** Pictures smaller than this are shown with hard pixel edges. */
const pixelated = 130;

/** A picture as an `img` that carries its own bytes; small ones keep crisp pixels when shown large. */
export async function picture(image: Image, alternative: string): Promise<Html> {
  const data = Buffer.from(await encodePng(image)).toString('base64');
  return html`<img
    class="${Math.max(image.width, image.height) < pixelated ? 'pixels' : ''}"
    width="${image.width}"
    height="${image.height}"
    alt="${alternative}"
    src="data:image/png;base64,${data}"
  />`;
}

/** A figure inside a page with its caption; it may shrink to its column, and fills the `whole` of it only where that is asked. */
export function plot(figure: Figure, caption: string, size: 'own' | 'whole' = 'own'): Html {
  const own = /viewBox="0 0 ([\d.]+)/.exec(figure.svg)?.[1] ?? '400';
  const most = size === 'own' ? ` style="max-width:${own}px"` : '';
  return html`<figure class="plot">
    ${new Html(`<div class="drawing"${most}>${inlineSvg(figure)}</div>`)}
    ${caption === '' ? null : html`<figcaption>${caption}</figcaption>`}
  </figure>`;
}

/** A figure that fills its column: the drawing for wide windows, and one with the same letters for narrow ones. */
export function fullWidthPlot(wide: Figure, narrow: Figure): Html {
  return html`<figure class="plot">
    ${new Html(`<div class="drawing wide">${inlineSvg(wide)}</div><div class="drawing narrow">${inlineSvg(narrow)}</div>`)}
  </figure>`;
}

function inlineSvg(figure: Figure): string {
  const { description } = figure.spec as { description?: string };
  return figure.svg
    .replace(/ (width|height)="[\d.]+" (?=height|viewBox)/g, ' ')
    .replaceAll(/ (aria-hidden|aria-label|aria-roledescription|role="graphics-[a-z]+")(="[^"]*")?/g, '')
    .replace(/^<svg /, `<svg role="img" aria-label="${escapeXml(description ?? '')}" `);
}
