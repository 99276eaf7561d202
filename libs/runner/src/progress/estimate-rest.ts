/** Expects the rest of some work to go as fast as what was seen of it. */
export class Rest {
  readonly #from: number;
  readonly #since: number;

  /** @param share done when it was first seen, at `now` in milliseconds: what an earlier start did costs no time here */
  constructor(share: number, now: number) {
    this.#from = share;
    this.#since = now;
  }

  /** Seconds that remain when `share` is done at `now`; null before anything was gained. */
  seconds(share: number, now: number): number | null {
    const gained = share - this.#from;
    return gained > 0 ? ((now - this.#since) / 1000 / gained) * Math.max(0, 1 - share) : null;
  }
}
