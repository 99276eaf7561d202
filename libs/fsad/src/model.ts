import { calibrateMap, caveats, judge } from '@fsad/calibration';
import type { AnomalyMap, Score } from '@fsad/detector';
import { withChannels } from '@fsad/images';
import { saveModel, scoreImages, type OpenedModel } from '@fsad/runner';
import { DisposedError } from './errors.ts';
import { nameOf, readPicture, requireSide, type Picture } from './picture.ts';

/** What was found in a picture. */
export interface Inspection {
  /** The path, or `picture N` for one without. */
  readonly picture: string;
  /** 0 to 1, 0.5 at the threshold; null for a model that was learned with `calibrate: false`. */
  readonly score: number | null;
  /** Whether the score passes the threshold; null where there is none. */
  readonly defective: boolean | null;
  /** The method's own score: higher is more anomalous, on a scale of its own. */
  readonly raw: Score;
  /**
   * Where the picture differs, row by row at the method's resolution: 0 to 1 on one fixed scale, 0.5 is what good pictures reach (the method's own values for a
   * model without calibration). Null for a method without maps, or where none was asked for.
   */
  readonly map: AnomalyMap | null;
}

export interface InspectOptions {
  /** False where no map is wanted: scores alone may be cheaper. */
  readonly map?: boolean;
  /** Score above which a picture is defective: 0.5 unless given. */
  readonly threshold?: number;
  /** Aborting makes the inspection reject with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A model that was learned or loaded. Free it with `dispose` or `using`; several may be open at once. */
export class Model {
  readonly #opened: OpenedModel;
  /** The detector does one thing at a time. */
  #queue: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(opened: OpenedModel) {
    this.#opened = opened;
  }

  /** Name of the method that learned it, e.g. `patchcore`. */
  get method(): string {
    return this.#opened.method.name;
  }

  /** What it computes on, e.g. `wasm`. */
  get engine(): string {
    return this.#opened.engine.name;
  }

  /** Whether it knows what good pictures score, so that there are scores of 0 to 1 and decisions. */
  get calibrated(): boolean {
    return this.#opened.calibration !== null;
  }

  /** What the number of pictures learned from means for the threshold, in words; empty for nothing special. */
  get caveats(): readonly string[] {
    const { calibration } = this.#opened;
    return calibration ? caveats(calibration) : [];
  }

  /**
   * Looks at one picture.
   * @throws BadImageError for a picture that cannot be read or is too small for the method; DisposedError; the signal's reason when aborted
   */
  inspect(picture: Picture, options: InspectOptions = {}): Promise<Inspection> {
    return this.#inspect(picture, 0, options);
  }

  /** Looks at pictures one after the other, in order; memory does not grow with their number. */
  async *inspectAll(
    pictures: Iterable<Picture> | AsyncIterable<Picture>,
    options: InspectOptions = {},
  ): AsyncGenerator<Inspection> {
    let place = 0;
    for await (const picture of pictures) yield this.#inspect(picture, place++, options);
  }

  /** Writes the model into a folder, which `load` and the command line open. @throws DiskFullError; DisposedError; the system's error for a folder that takes no files */
  save(folder: string): Promise<void> {
    return this.#inTurn(() => saveModel(folder, this.#opened));
  }

  /** Frees what the model holds once its calls under way are done; it cannot be used afterwards. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    void this.#queue.then(() => this.#opened.detector.dispose());
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async #inspect(picture: Picture, place: number, options: InspectOptions): Promise<Inspection> {
    const { map: maps = true, threshold = 0.5, signal = new AbortController().signal } = options;
    const { detector, method, calibration } = this.#opened;
    const name = nameOf(picture, place);
    const image = withChannels(await readPicture(picture, name), detector.channels ?? 3);
    requireSide(image, name, method.smallestSide ?? 1);
    const found = await this.#inTurn(() =>
      scoreImages({ detector, names: [name], image: async () => image, maps, signal }),
    );
    const [raw] = found.scores;
    const map = found.maps?.[0] ?? null;
    const verdict = calibration && judge(calibration, raw.value, threshold);
    return {
      picture: name,
      score: verdict?.score ?? null,
      defective: verdict ? verdict.decision === 'defective' : null,
      raw,
      map: map && calibration?.map ? calibrateMap(calibration, map) : map,
    };
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#disposed) return Promise.reject(new DisposedError());
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}
