/** `1,234` */
export function count(n: number): string {
  return n.toLocaleString('en');
}

/** The first few of a long list: `a, b, c and 12 more`. */
export function someOf(names: readonly string[], most = 6): string {
  if (names.length <= most + 1) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${count(names.length - most)} more`;
}
