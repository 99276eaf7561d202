import { check, ms } from './report.ts';

/** What a soak finds: wrong scores, and memory over time. */
export class Soak {
  readonly #what: string;
  readonly #memory: number[] = [];
  readonly #began = performance.now();
  #wrong = 0;

  constructor(what: string) {
    this.#what = what;
  }

  take(bytes: number, wrong: number): void {
    this.#memory.push(bytes);
    this.#wrong += wrong;
  }

  end(count: number): void {
    const quarter = Math.floor(this.#memory.length / 4);
    const mean = (from: number, to: number): number =>
      this.#memory.slice(from, to).reduce((sum, one) => sum + one, 0) / (to - from) / 1e6;
    const [second, last] = [mean(quarter, 2 * quarter), mean(3 * quarter, 4 * quarter)];
    const seconds = (performance.now() - this.#began) / 1000;
    check(`${this.#what}: scores that are not the command line's: ${this.#wrong}`, this.#wrong === 0);
    check(
      `${this.#what}: memory in the second quarter ${second.toFixed(0)} MB, in the last ${last.toFixed(0)} MB, ${ms(seconds / count)} each`,
      last <= 1.05 * second + 5,
    );
  }
}
