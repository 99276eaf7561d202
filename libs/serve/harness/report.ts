/** Says whether something holds; where it does not, the harness ends with 1. */
export function check(text: string, holds: boolean): void {
  if (!holds) process.exitCode = 1;
  say(`${holds ? 'ok  ' : 'FAIL'} ${text}`);
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function ms(seconds: number): string {
  return `${(1000 * seconds).toFixed(1)} ms`;
}

export function percent(share: number): string {
  return `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)} %`;
}
