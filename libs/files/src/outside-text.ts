/** Text from outside for a terminal: control characters, which could move its cursor or change its title, as `\x1b`; line feeds and tabs stay. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** Text from outside for a cell of CSV: printable, and with a `'` before what a spreadsheet would compute (=, +, -, @). */
export function csvCell(text: string): string {
  const shown = printable(text);
  return /^[=+\-@\t]/.test(shown) && !/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(shown) ? `'${shown}` : shown;
}
