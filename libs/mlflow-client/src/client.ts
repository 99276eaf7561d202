import type { z } from 'zod';
import { artifactPath } from './artifacts.ts';
import { checkTags, splitBatches, type RunData } from './batches.ts';
import type { Connection } from './connection.ts';
import { MlflowError } from './errors.ts';
import { Http, type HttpOptions } from './http.ts';
import { checkText, checkTime, InvalidValueError, limits } from './limits.ts';
import { answers, type Experiment, type Run, type RunStatus } from './wire.ts';

/** What a new run is made of. `startTime` in milliseconds since 1970. */
export interface NewRun {
  readonly experimentId: string;
  readonly name: string;
  readonly startTime: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Which runs are looked for. */
export interface RunSearch {
  readonly experimentIds: readonly string[];
  readonly filter?: string;
  /** Default `ALL`: a deleted run must be seen, or it would be made anew. */
  readonly view?: 'ALL' | 'ACTIVE_ONLY' | 'DELETED_ONLY';
  /** Default: oldest first, so that runs that come while pages are read lie behind them. */
  readonly orderBy?: readonly string[];
}

/** A dataset of a run. First write wins for (experiment, name, digest), so the digest must cover all of the content. */
export interface DatasetInput {
  readonly name: string;
  /** At most 36 characters. */
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema?: string;
  readonly profile?: string;
  /** E.g. `training`. */
  readonly context: string;
}

/** An MLflow server over REST. Everything is checked before it is sent; requests are repeated as {@link RetryPolicy} says. All methods throw {@link MlflowError}. */
export class MlflowClient {
  readonly uri: string;
  readonly #http: Http;

  constructor(connection: Connection, options: HttpOptions = {}) {
    this.uri = connection.uri;
    this.#http = new Http(connection, options);
  }

  /** Proves that the API answers and lets us in; `/health` proves neither. */
  async check(): Promise<void> {
    await this.#post('experiments/search', { max_results: 1 }, answers.experiments);
  }

  async getExperimentByName(name: string): Promise<Experiment | null> {
    checkExperimentName(name);
    try {
      const path = '/api/2.0/mlflow/experiments/get-by-name';
      const query = { experiment_name: name };
      const answer = await this.#http.json({ method: 'GET', path, query }, answers.experiment);
      return answer.experiment;
    } catch (error) {
      if (isCode(error, 'RESOURCE_DOES_NOT_EXIST')) return null;
      throw error;
    }
  }

  /** The experiment of this name, made if there is none. It may be one that was deleted: look before making runs. */
  async ensureExperiment(name: string): Promise<Experiment> {
    const found = await this.getExperimentByName(name);
    if (found) return found;
    try {
      await this.#post('experiments/create', { name });
    } catch (error) {
      if (!isCode(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
    }
    const made = await this.getExperimentByName(name);
    if (!made) throw new MlflowError(`experiment "${name}" was made at ${this.uri} but is not found there`);
    return made;
  }

  async restoreExperiment(id: string): Promise<void> {
    await this.#post('experiments/restore', { experiment_id: id });
  }

  /** Runs, page by page. A run may come twice when others are made meanwhile. */
  async *searchRuns({ experimentIds, filter, view = 'ALL', orderBy }: RunSearch): AsyncGenerator<Run> {
    for (let token: string | undefined; ;) {
      const search = {
        experiment_ids: experimentIds,
        filter,
        run_view_type: view,
        max_results: limits.searchResults,
        order_by: orderBy ?? ['attributes.start_time ASC'],
        page_token: token,
      };
      const page = await this.#post('runs/search', search, answers.runs);
      yield* page.runs;
      if (!page.next_page_token) return;
      token = page.next_page_token;
    }
  }

  /** All runs, deleted ones too, whose tag `tag` is exactly `value`, by id. */
  async findRuns(experimentId: string, tag: string, value: string): Promise<Run[]> {
    if (!/^[A-Za-z0-9_.-]+$/.test(tag) || !/^[A-Za-z0-9_.-]+$/.test(value)) {
      throw new InvalidValueError(
        `tag ${tag} = ${value} cannot be searched for: a filter takes only letters, digits, "_", "." and "-"`,
      );
    }
    const found = new Map<string, Run>();
    const filter = `tags.\`${tag}\` = '${value}'`;
    for await (const run of this.searchRuns({ experimentIds: [experimentId], filter }))
      found.set(run.id, run);
    return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /**
   * The runs whose tag `identity` has the value given among `run.tags`, made if there is none. A create whose answer was
   * lost is never repeated blindly: after a wait the tag is looked up before every try. More than one comes back (deleted ones too)
   * when such a create landed late; the caller keeps one.
   */
  async ensureRun(run: NewRun, identity: string): Promise<{ runs: Run[]; created: boolean; tries: number }> {
    const value = run.tags[identity];
    if (value === undefined)
      throw new InvalidValueError(`a new run needs its identity among its tags: ${identity}`);
    for (let tries = 0; ;) {
      const runs = await this.findRuns(run.experimentId, identity, value);
      if (runs.length > 0) return { runs, created: false, tries };
      tries++;
      try {
        return { runs: [await this.createRunOnce(run)], created: true, tries };
      } catch (error) {
        await this.#http.pause(error, tries + 1);
      }
    }
  }

  /** Makes a run with one request that is never repeated; after an error it may exist all the same. Use {@link ensureRun}. */
  async createRunOnce({ experimentId, name, startTime, tags }: NewRun): Promise<Run> {
    const json = {
      experiment_id: experimentId,
      run_name: checkText('run name', name, limits.runNameLength),
      start_time: checkTime('start of a run', startTime),
      tags: checkTags(tags),
    };
    const path = '/api/2.0/mlflow/runs/create';
    return (await this.#http.json({ method: 'POST', path, retry: false, json }, answers.run)).run;
  }

  async getRun(runId: string): Promise<Run> {
    const path = '/api/2.0/mlflow/runs/get';
    const query = { run_id: runId };
    return (await this.#http.json({ method: 'GET', path, query }, answers.run)).run;
  }

  /** Sets status and end; back to RUNNING the server keeps the old end. */
  async updateRun(runId: string, status: RunStatus, endTime?: number): Promise<void> {
    const end = endTime === undefined ? {} : { end_time: checkTime('end of a run', endTime) };
    await this.#post('runs/update', { run_id: runId, status, ...end });
  }

  /** Logs in as many batches as the server's limits ask for. Sending the same again changes nothing. */
  async log(runId: string, data: RunData): Promise<void> {
    for (const batch of splitBatches(data)) await this.#post('runs/log-batch', { run_id: runId, ...batch });
  }

  async logDataset(
    runId: string,
    { name, digest, sourceType, source, schema, profile, context }: DatasetInput,
  ): Promise<void> {
    const dataset = {
      name: checkText('dataset name', name, limits.datasetNameLength),
      digest: checkText('dataset digest', digest, limits.digestLength),
      source_type: sourceType,
      source: checkText('dataset source', source, limits.datasetSourceLength),
      schema: schema && checkText('dataset schema', schema, limits.datasetSchemaLength),
      profile: profile && checkText('dataset profile', profile, limits.datasetProfileLength),
    };
    const tags = [{ key: 'mlflow.data.context', value: context }];
    await this.#post('runs/log-inputs', { run_id: runId, datasets: [{ dataset, tags }] });
  }

  /** Deleting a run twice is harmless. */
  async deleteRun(runId: string): Promise<void> {
    try {
      await this.#post('runs/delete', { run_id: runId });
    } catch (error) {
      if (!isCode(error, 'INVALID_PARAMETER_VALUE') || !(await this.getRun(runId)).deleted) throw error;
    }
  }

  /** Puts a file among the run's artefacts, over one of the same name. @throws MlflowError when the server does not carry artefacts itself */
  async uploadArtifact(run: Run, path: string, bytes: Buffer): Promise<void> {
    await this.#http.bytes({ method: 'PUT', path: artifactPath(run, this.uri, path), bytes });
  }

  async #post(endpoint: string, json: object): Promise<void>;
  async #post<Schema extends z.ZodType>(
    endpoint: string,
    json: object,
    schema: Schema,
  ): Promise<z.output<Schema>>;
  async #post(endpoint: string, json: object, schema: z.ZodType = answers.done): Promise<unknown> {
    return this.#http.json({ method: 'POST', path: `/api/2.0/mlflow/${endpoint}`, json }, schema);
  }
}

/** Whether an error carries this code of the server. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof MlflowError && error.code === code;
}

function checkExperimentName(name: string): void {
  if (checkText('experiment name', name, limits.experimentNameLength).trim() === '') {
    throw new InvalidValueError('the experiment name is empty');
  }
}
