import stringWidth from 'string-width';

/** Columns that a text takes on a terminal. */
export const widthOf = (text: string): number => stringWidth(text);

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A text in at most `columns` columns, its end cut where it has more. */
export function fitted(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 1;
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment);
    if (width > columns) break;
    kept += segment;
  }
  return columns < 1 ? '' : `${kept.trimEnd()}…`;
}

/** A text with an end that stays whole, in at most `columns` columns: the text is cut where both have more, but not to nothing. */
export function fittedBefore(end: string, text: string, columns: number): string {
  return `${fitted(text, Math.max(12, columns - widthOf(end)))}${end}`;
}

/** A text in at most `columns` columns, its middle cut where it has more: what differs may stand at either end. */
export function fittedAmid(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const start = fitted(text, Math.ceil(columns / 2));
  let end = '';
  for (const { segment } of [...graphemes.segment(text)].reverse()) {
    if (widthOf(start + segment + end) > columns) break;
    end = segment + end;
  }
  return `${start}${end}`;
}

/** A bar and its percentage, for a terminal of `columns`: `██████░░░░  62 %`. */
export function bar(share: number, columns: number): string {
  const length = Math.min(30, Math.max(8, Math.floor(columns / 6)));
  const done = Math.min(1, Math.max(0, share));
  const full = Math.floor(done * length);
  return `${'█'.repeat(full)}${'░'.repeat(length - full)} ${String(Math.floor(100 * done)).padStart(3)} %`;
}

/** A text broken between words into lines of at most `columns` columns; a longer word, such as an address, stays whole. */
export function wrapped(text: string, columns: number): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && widthOf(longer) > columns) lines.push(word);
    else lines.splice(-1, 1, longer);
  }
  return lines.join('\n');
}
