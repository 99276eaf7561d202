import { Refusal } from './refusal.ts';
import type { Limits } from './limits.ts';

/** Who may come in: a bounded number of requests, and of their bytes. */
export class Places {
  readonly #limits: Limits;
  #requests = 0;
  #bytes = 0;
  #meanSeconds = 0.1;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Requests that are inside. */
  get taken(): number {
    return this.#requests;
  }

  /**
   * Takes a place for a request. @param bytes of its body; undefined where it does not say
   * @returns what gives the place back, once
   * @throws Refusal when there is none, or when the body alone is too much
   */
  take(bytes: number | undefined): () => void {
    const { requests, bytesAtOnce, bytes: most } = this.#limits;
    // A form has some lines around its file.
    if (bytes !== undefined && bytes > most + 65_536) {
      throw new Refusal('FSAD_TOO_MANY_BYTES', `${bytes} bytes, at most ${most} are taken`);
    }
    const room = bytes ?? most;
    if (this.#requests >= requests || (this.#requests > 0 && this.#bytes + room > bytesAtOnce)) {
      throw new Refusal('FSAD_BUSY', `${this.#requests} requests wait already`);
    }
    this.#requests++;
    this.#bytes += room;
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#requests--;
      this.#bytes -= room;
    };
  }

  /** Counts how long an inspection took, for {@link retryAfter}. */
  took(seconds: number): void {
    this.#meanSeconds += 0.1 * (seconds - this.#meanSeconds);
  }

  /** Whole seconds after which half of those inside are probably done. */
  get retryAfter(): number {
    return Math.max(1, Math.ceil((this.#requests * this.#meanSeconds) / 2));
  }
}
