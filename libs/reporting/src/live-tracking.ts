import { connectionFromEnvironment, type Connection } from '@fsad/mlflow-client';
import { storedResults } from '@fsad/runner';
import { LiveSync } from '@fsad/tracking';
import { mlflowDrawings } from './mlflow-drawings.ts';

/** How long the end of a run waits for MLflow: of one that is finished, of one that was interrupted. */
const patienceMs = { finished: 20_000, interrupted: 1000 };

/** Tells an MLflow server of a run while it goes on, where there is one. */
export class LiveTracking {
  readonly #store: string;
  readonly #connection: Connection | null;
  readonly #onNote: (text: string) => void;
  #sync: LiveSync | null = null;

  /**
   * @param uri As given on the command line; else MLFLOW_TRACKING_URI counts.
   * @throws Error for an address that is none. One in the environment is only noted: it may be meant for other programs.
   */
  constructor(store: string, uri: string | undefined, onNote: (text: string) => void) {
    this.#store = store;
    this.#onNote = onNote;
    this.#connection = connection(uri, onNote);
  }

  /** Called once there is a store. */
  begin(): void {
    if (!this.#connection) return;
    const [results, drawings] = [storedResults(this.#store), mlflowDrawings(this.#store)];
    this.#sync = new LiveSync(this.#store, this.#connection, this.#onNote, { results, drawings });
  }

  /** Makes a last attempt of some seconds and says what remains. Doing it twice is harmless. */
  async finish(interrupted: boolean): Promise<void> {
    const sync = this.#sync;
    this.#sync = null;
    if (!sync || !this.#connection) return;
    const end = await sync.finish(interrupted ? patienceMs.interrupted : patienceMs.finished);
    const { uri } = this.#connection;
    if (end.complete) this.#onNote(`MLflow was told everything: ${uri}`);
    else {
      const what = end.remaining
        ? `of ${end.remaining} ${end.remaining === 1 ? 'trial' : 'trials'}`
        : 'everything';
      const command = `fsad sync --store ${this.#store} --tracking-uri ${uri}`;
      this.#onNote(`MLflow was not told ${what} (${end.reason}); nothing is lost: ${command}`);
    }
  }
}

function connection(uri: string | undefined, onNote: (text: string) => void): Connection | null {
  if (uri !== undefined) return connectionFromEnvironment(process.env, uri);
  if (!process.env.MLFLOW_TRACKING_URI) return null;
  try {
    return connectionFromEnvironment();
  } catch (error) {
    onNote(`MLflow is not told: ${(error as Error).message}`);
    return null;
  }
}
