/** `84.2 %`: a share of 0 to 1, such as an AUROC, as every page, figure and line of text writes it. JSON and CSV keep shares as they are. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
