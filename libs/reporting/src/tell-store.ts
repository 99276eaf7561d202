import { MlflowClient, type Connection, type RetryNotice } from '@fsad/mlflow-client';
import { storedResults } from '@fsad/runner';
import { syncStore, type SyncSummary } from '@fsad/tracking';
import { mlflowDrawings } from './mlflow-drawings.ts';

/** Who watches the telling, and may end it. */
export interface TellingWatch {
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Tells an MLflow server everything in a store that it does not know, with its pictures and tables.
 * @throws MlflowError when there is no server; LockedError when another process tells the same store
 */
export async function tellStore(
  store: string,
  connection: Connection,
  { signal, say, onProgress }: TellingWatch,
): Promise<SyncSummary> {
  const onRetry = ({ retry, of, waitMs, error }: RetryNotice): void => {
    const wait = waitMs < 1000 ? 'now' : `in ${Math.round(waitMs / 1000)} s`;
    say(`${error.message}; trying again ${wait} (${retry} of ${of})`);
  };
  // Whether there is a server at all is soon known; one that falters later is given the time that MLflow's own clients give.
  const impatient = { ...connection, retry: { ...connection.retry, maxRetries: 1, timeoutMs: 20_000 } };
  await new MlflowClient(impatient, { signal }).check();
  return syncStore(store, new MlflowClient(connection, { signal, onRetry }), {
    signal,
    onProgress,
    results: storedResults(store),
    drawings: mlflowDrawings(store),
  });
}
