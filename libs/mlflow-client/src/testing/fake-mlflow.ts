/** What an MLflow 3 server keeps and refuses, in memory, as found on a real one (3.17.2). */

export interface FakePoint {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

export interface FakeRun {
  readonly id: string;
  readonly experimentId: string;
  name: string;
  status: string;
  startTime: number;
  endTime: number;
  deleted: boolean;
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  /** By key, timestamp, step and value: the server's primary key. */
  readonly points: Map<string, FakePoint>;
  readonly datasets: Map<string, Record<string, string>>;
  readonly artifacts: Map<string, Buffer>;
}

export interface FakeExperiment {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  deleted: boolean;
}

/** A refusal: HTTP status, error code, message. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const invalid = (message: string): Refusal => new Refusal(400, 'INVALID_PARAMETER_VALUE', message);
const missing = (message: string): Refusal => new Refusal(404, 'RESOURCE_DOES_NOT_EXIST', message);

type Body = Record<string, unknown>;
type Entry = { key: string; value: unknown };
type Handler = (body: Body) => object;

export class FakeMlflow {
  readonly experiments = new Map<string, FakeExperiment>();
  readonly runs = new Map<string, FakeRun>();
  /** What the real server would have taken with 200 and truncated, dropped or zeroed; empty for a careful client. */
  readonly violations: string[] = [];
  /** Runs a page of search results holds. */
  pageSize = 1000;
  artifactRoot = 'mlflow-artifacts:';
  #made = 0;

  /** A new database behind the same address. */
  forget(): void {
    this.experiments.clear();
    this.runs.clear();
  }

  /** Handlers by method and endpoint. */
  readonly endpoints: Readonly<Record<string, Handler>> = {
    'POST experiments/search': () => ({}),
    'GET experiments/get-by-name': ({ experiment_name: name }) => {
      const found = [...this.experiments.values()].find((one) => one.name === name);
      if (!found) throw missing(`Could not find experiment with name '${String(name)}'`);
      return { experiment: wireExperiment(found) };
    },
    'POST experiments/create': ({ name }) => {
      if ([...this.experiments.values()].some((one) => one.name === name)) {
        throw new Refusal(400, 'RESOURCE_ALREADY_EXISTS', `Experiment(name=${String(name)}) already exists.`);
      }
      const id = String(this.experiments.size + 1);
      this.experiments.set(id, { id, name: String(name), createdAt: ++this.#made, deleted: false });
      return { experiment_id: id };
    },
    'POST experiments/restore': ({ experiment_id: id }) => {
      (this.experiments.get(String(id)) as FakeExperiment).deleted = false;
      return {};
    },
    'POST runs/create': (body) => this.#createRun(body),
    'GET runs/get': ({ run_id: id }) => ({ run: wireRun(this.#run(id), this.artifactRoot) }),
    'POST runs/update': (body) => {
      const run = this.#activeRun(body.run_id);
      if (body.status !== undefined) run.status = this.#oneOf('status', body.status);
      if (body.end_time !== undefined) run.endTime = this.#integer('end_time', body.end_time);
      return { run_info: {} };
    },
    'POST runs/delete': ({ run_id: id }) => {
      this.#activeRun(id).deleted = true;
      return {};
    },
    'POST runs/search': (body) => this.#search(body),
    'POST runs/log-batch': (body) => this.logBatch(body),
    'POST runs/log-inputs': (body) => this.#logInputs(body),
  };

  /** `keepMetrics` below 1 writes parameters, tags and that part of the points, then fails: the half-written batch. */
  logBatch(body: Body, keepMetrics = 1): object {
    const run = this.#activeRun(body.run_id);
    const params = (body.params ?? []) as Entry[];
    const tags = (body.tags ?? []) as Entry[];
    const metrics = (body.metrics ?? []) as Record<string, unknown>[];
    if (metrics.length > 1000 || params.length > 100 || tags.length > 100)
      throw invalid('A batch logging request is too large');
    if (params.length + tags.length + metrics.length > 1000)
      throw invalid('A batch holds at most 1000 entities');
    if (new Set(params.map(({ key }) => key)).size < params.length) throw invalid('Duplicate parameter keys');
    for (const { key } of [...params, ...tags, ...metrics] as Entry[]) checkKey(key);
    for (const { key, value } of params) {
      const text = this.#text('parameter', value, 6000);
      const old = run.params.get(key);
      if (old !== undefined && old !== text) {
        throw invalid(
          `Changing param values is not allowed. Param with key='${key}' was already logged with value='${old}'`,
        );
      }
    }
    for (const { key, value } of params) run.params.set(key, String(value));
    for (const { key, value } of tags) run.tags.set(key, this.#text('tag', value, 8000));
    const kept = Math.floor(metrics.length * keepMetrics);
    for (const metric of metrics.slice(0, kept)) {
      const point = {
        key: String(metric.key),
        value: this.#number(metric.value),
        timestamp: this.#integer('timestamp', metric.timestamp),
        step: this.#integer('step', metric.step),
      };
      run.points.set(`${point.key}\0${point.timestamp}\0${point.step}\0${point.value}`, point);
    }
    if (kept < metrics.length) throw new Refusal(500, 'INTERNAL_ERROR', 'database is gone');
    return {};
  }

  #createRun(body: Body): object {
    const experiment = this.experiments.get(String(body.experiment_id));
    if (!experiment) throw missing(`No Experiment with id=${String(body.experiment_id)} exists`);
    if (experiment.deleted) throw invalid(`The experiment ${experiment.id} must be in the 'active' state.`);
    const tags = ((body.tags ?? []) as Entry[]).map(({ key, value }): [string, string] => {
      if (key.length > 250) this.violations.push(`tag name of ${key.length} characters in runs/create`);
      return [key, this.#text('tag', value, 8000)];
    });
    const run: FakeRun = {
      id: (Math.imul(++this.#made, 0x9e3779b1) >>> 0).toString(16).padStart(32, '0'),
      experimentId: experiment.id,
      name: this.#text('run name', body.run_name, 250),
      status: 'RUNNING',
      startTime: this.#integer('start_time', body.start_time),
      endTime: 0,
      deleted: false,
      params: new Map(),
      tags: new Map(tags),
      points: new Map(),
      datasets: new Map(),
      artifacts: new Map(),
    };
    this.runs.set(run.id, run);
    return { run: wireRun(run, this.artifactRoot) };
  }

  #search(body: Body): object {
    const ids = (body.experiment_ids ?? []) as string[];
    const conditions = (typeof body.filter === 'string' ? body.filter : '').split(/ and /i);
    const wanted = conditions
      .filter((text) => text !== '')
      .map((text) => {
        const match = /^tags\.`([^`]+)` = '([^']*)'$/.exec(text);
        if (!match) throw invalid(`Invalid clause(s) in filter string: '${text}'`);
        return match;
      });
    const view = body.run_view_type ?? 'ACTIVE_ONLY';
    const found = [...this.runs.values()].filter(
      (run) =>
        ids.includes(run.experimentId) &&
        (view === 'ALL' || run.deleted === (view === 'DELETED_ONLY')) &&
        wanted.every(([, tag, value]) => run.tags.get(tag) === value),
    );
    found.sort((a, b) => a.startTime - b.startTime);
    const most = Math.min(Number(body.max_results ?? 1000), this.pageSize);
    return page(
      'runs',
      found.map((run) => wireRun(run, this.artifactRoot)),
      Number(body.page_token ?? 0),
      most,
    );
  }

  #logInputs(body: Body): object {
    const run = this.#activeRun(body.run_id);
    for (const { dataset } of body.datasets as { dataset: Record<string, string> }[]) {
      if (dataset.digest.length > 36) throw invalid('Dataset digest exceeds 36 characters');
      const id = `${dataset.name}\0${dataset.digest}`;
      if (!run.datasets.has(id)) run.datasets.set(id, dataset);
    }
    return {};
  }

  #run(id: unknown): FakeRun {
    const run = this.runs.get(String(id));
    if (!run) throw missing(`Run with id=${String(id)} not found`);
    return run;
  }

  #activeRun(id: unknown): FakeRun {
    const run = this.#run(id);
    if (run.deleted)
      throw invalid(`The run ${run.id} must be in the 'active' state. Current state is deleted.`);
    return run;
  }

  #integer(what: string, value: unknown): number {
    if (Number.isSafeInteger(value)) return value as number;
    this.violations.push(`${what} ${String(value)} is no integer`);
    return 0;
  }

  #text(what: string, value: unknown, most: number): string {
    if (typeof value !== 'string') this.violations.push(`${what} ${String(value)} is no string`);
    const text = typeof value === 'string' ? value : '';
    if (text.length > most) this.violations.push(`${what} of ${text.length} characters`);
    return text.slice(0, most);
  }

  #number(value: unknown): number {
    if (typeof value === 'number' || ['NaN', 'Infinity', '-Infinity'].includes(String(value))) {
      return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(value)));
    }
    this.violations.push(`metric value ${String(value)} is no number`);
    return 0;
  }

  #oneOf(what: string, value: unknown): string {
    if (!['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'].includes(String(value))) {
      this.violations.push(`${what} ${String(value)} is unknown`);
    }
    return String(value);
  }
}

function checkKey(key: string): void {
  const bad = !/^[/\w.\-: ]+$/.test(key) || key.length > 250 || /(^|\/)(\.{0,2})(\/|$)/.test(key);
  if (bad) throw invalid(`Invalid name: '${key}'`);
}

function page(name: string, all: object[], from: number, most: number): object {
  const items = all.slice(from, from + most);
  const rest = from + most < all.length ? { next_page_token: String(from + most) } : {};
  return items.length > 0 ? { [name]: items, ...rest } : rest;
}

const wireExperiment = ({ id, name, createdAt, deleted }: FakeExperiment): object => ({
  experiment_id: id,
  name,
  creation_time: createdAt,
  lifecycle_stage: deleted ? 'deleted' : 'active',
});

const wirePoint = ({ value, ...point }: FakePoint): object => ({
  ...point,
  value: Number.isNaN(value) ? 'NaN' : value,
});

function isLater(a: FakePoint, b: FakePoint): boolean {
  if (a.step !== b.step) return a.step > b.step;
  return a.timestamp === b.timestamp ? a.value > b.value : a.timestamp > b.timestamp;
}

function wireRun(run: FakeRun, artifactRoot: string): object {
  const latest = new Map<string, FakePoint>();
  for (const point of run.points.values()) {
    const other = latest.get(point.key);
    if (!other || isLater(point, other)) latest.set(point.key, point);
  }
  const entries = (map: Map<string, string>): object[] => [...map].map(([key, value]) => ({ key, value }));
  return {
    info: {
      run_id: run.id,
      experiment_id: run.experimentId,
      run_name: run.name,
      status: run.status,
      start_time: run.startTime,
      ...(run.endTime ? { end_time: run.endTime } : {}),
      lifecycle_stage: run.deleted ? 'deleted' : 'active',
      artifact_uri: `${artifactRoot}/${run.experimentId}/${run.id}/artifacts`,
    },
    data: {
      ...(latest.size ? { metrics: [...latest.values()].map(wirePoint) } : {}),
      ...(run.params.size ? { params: entries(run.params) } : {}),
      tags: entries(run.tags),
    },
    inputs: run.datasets.size
      ? { dataset_inputs: [...run.datasets.values()].map((dataset) => ({ dataset })) }
      : {},
  };
}
