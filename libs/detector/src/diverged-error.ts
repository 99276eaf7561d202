/** A loss, a score or a map is not finite: the training diverged. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}
