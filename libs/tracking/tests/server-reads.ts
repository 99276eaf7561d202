import type { MetricPoint, Run } from '@fsad/mlflow-client';

/** What a test asks of a real server that the program never does: a metric's whole history, and artefacts back. */
export class ServerReads {
  readonly #api: string;

  constructor(uri: string) {
    this.#api = `${uri}/api/2.0`;
  }

  async history(run: Run, key: string): Promise<MetricPoint[]> {
    const found: MetricPoint[] = [];
    for (let token = ''; ;) {
      const query = new URLSearchParams({ run_id: run.id, metric_key: key, max_results: '20000' });
      if (token) query.set('page_token', token);
      const page = (await this.#get(`mlflow/metrics/get-history?${query.toString()}`)) as {
        metrics?: MetricPoint[];
        next_page_token?: string;
      };
      found.push(
        ...(page.metrics ?? []).map((point) => ({
          ...point,
          value: Number(point.value),
          timestamp: Number(point.timestamp),
          step: Number(point.step ?? 0),
        })),
      );
      if (!page.next_page_token) return found;
      token = page.next_page_token;
    }
  }

  /** Paths of all artefacts of a run, folders opened, sorted. */
  async artifacts(run: Run, folder = ''): Promise<string[]> {
    const query = new URLSearchParams({ run_id: run.id, ...(folder ? { path: folder } : {}) });
    const { files = [] } = (await this.#get(`mlflow/artifacts/list?${query.toString()}`)) as {
      files?: { path: string; is_dir?: boolean }[];
    };
    const nested = await Promise.all(
      files.map(async ({ path, is_dir: isFolder }) => (isFolder ? this.artifacts(run, path) : [path])),
    );
    return nested.flat().sort();
  }

  async artifact(run: Run, path: string): Promise<Buffer> {
    const folder = run.artifactUri.replace(/^mlflow-artifacts:\/*/, '');
    const where = `${folder}/${path}`.split('/').map(encodeURIComponent).join('/');
    const answer = await fetch(`${this.#api}/mlflow-artifacts/artifacts/${where}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  async #get(endpoint: string): Promise<object> {
    const answer = await fetch(`${this.#api}/${endpoint}`);
    if (!answer.ok) throw new Error(`${endpoint}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as object;
  }
}
