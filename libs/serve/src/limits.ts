/** What a service takes on. */
export interface Limits {
  /** Bytes of a picture's file. */
  readonly bytes: number;
  /** Width times height. */
  readonly pixels: number;
  /** For a request to arrive, and again for its answer. */
  readonly seconds: number;
  /** Requests at once, those under way among them; further ones are sent away. */
  readonly requests: number;
  /** Bytes of all requests at once. */
  readonly bytesAtOnce: number;
}

export const LIMITS: Limits = {
  bytes: 32e6,
  pixels: 50e6,
  seconds: 30,
  requests: 256,
  bytesAtOnce: 1e9,
};

/** @throws RangeError unless every limit is a number above 0 */
export function checkLimits(limits: Partial<Limits>): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!(value > 0)) throw new RangeError(`the limit of ${name} is a number above 0, got ${value}`);
  }
}
