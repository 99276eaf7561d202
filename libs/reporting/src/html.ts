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
    loading="lazy"
    alt="${alternative}"
    src="data:image/png;base64,${data}"
  />`;
}

/** A figure inside a page with its caption; it may shrink to its column, never grow past its own size. */
export function plot(figure: Figure, caption: string): Html {
  const { description } = figure.spec as { description?: string };
  const svg = figure.svg
    .replace(/^<svg /, `<svg role="img" aria-label="${escapeXml(description ?? '')}" `)
    .replace(/ (width|height)="[\d.]+" (?=height|viewBox)/g, ' ')
    .replaceAll(/ (aria-hidden|aria-roledescription|role="graphics-[a-z]+")(="[^"]*")?/g, '');
  const width = /viewBox="0 0 ([\d.]+)/.exec(figure.svg)?.[1] ?? '400';
  return html`<figure class="plot">
    ${new Html(`<div class="drawing" style="max-width:${width}px">${svg}</div>`)}
    <figcaption>${caption}</figcaption>
  </figure>`;
}
