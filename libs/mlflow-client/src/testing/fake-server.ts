import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { FakeMlflow, Refusal } from './fake-mlflow.ts';

/** What goes wrong with a request. */
export type FaultKind =
  /** The connection breaks before anything is done. */
  | 'drop'
  /** It is done, but the answer never comes. */
  | 'cut-answer'
  /** The connection breaks, and later it is done all the same. */
  | 'late'
  /** Nothing is done and nothing is answered. */
  | 'hang'
  /** Half of a batch's points are written, then 500. */
  | 'half-batch'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

export interface Fault {
  /** Part of the endpoint, e.g. `runs/create`; all requests without it. */
  readonly endpoint?: string;
  readonly kind: FaultKind;
  /** How many requests it hits. Default 1. */
  readonly times?: number;
  /** How many matching requests pass before. Default 0. */
  readonly after?: number;
}

export interface FakeServer {
  readonly url: string;
  readonly mlflow: FakeMlflow;
  /** `METHOD endpoint` of every request that came, in order. */
  readonly requests: string[];
  /** Bodies of the requests, parsed where they are JSON. */
  readonly bodies: unknown[];
  /** Authorization headers of the requests. */
  readonly authorizations: (string | undefined)[];
  fault(fault: Fault): void;
  /** Waits until late requests were done. */
  settle(): Promise<void>;
  /** Breaks all connections and frees the port; what was stored stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const lateMs = 150;

/** Starts a server on a free port of this machine that behaves as MLflow does, and fails as told. */
export async function startFakeServer(): Promise<FakeServer> {
  const mlflow = new FakeMlflow();
  const faults: { fault: Fault; passed: number; hit: number }[] = [];
  const requests: string[] = [];
  const bodies: unknown[] = [];
  const authorizations: (string | undefined)[] = [];
  const late = new Set<Promise<void>>();
  let sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  const dueFault = (endpoint: string): FaultKind | undefined => {
    for (const entry of faults) {
      const { endpoint: wanted = '', times = 1, after = 0, kind } = entry.fault;
      if (!endpoint.includes(wanted)) continue;
      if (entry.passed < after) entry.passed++;
      else if (entry.hit < times) {
        entry.hit++;
        return kind;
      }
    }
    return undefined;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const endpoint = decodeURIComponent(url.pathname).replace(/^\/api\/2\.0\/(mlflow\/)?/, '');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    requests.push(`${request.method} ${endpoint}`);
    authorizations.push(request.headers.authorization);
    const json = request.headers['content-type'] === 'application/json';
    const body = json
      ? (JSON.parse(raw.toString()) as Record<string, unknown>)
      : Object.fromEntries(url.searchParams);
    bodies.push(body);
    if (request.method === 'POST' && !json) mlflow.violations.push(`${endpoint} is not application/json`);
    if (json && raw.length > 1_000_000) mlflow.violations.push(`${endpoint} of ${raw.length} bytes`);
    const kind = dueFault(endpoint);
    const act = (): object =>
      perform(mlflow, request.method ?? 'GET', endpoint, body, raw, kind === 'half-batch');
    if (kind === 'hang') return;
    if (kind === 'drop') return void request.socket.destroy();
    if (kind === 'late') {
      request.socket.destroy();
      const doing = new Promise<void>((resolve) => setTimeout(resolve, lateMs)).then(act).then(
        () => undefined,
        (error: unknown) => {
          // Refused, as the client's next try has been quicker.
          if (!(error instanceof Refusal)) throw error;
        },
      );
      late.add(doing);
      return;
    }
    if (typeof kind === 'object') {
      response.writeHead(kind.status, { 'content-type': 'text/html', ...kind.headers });
      response.end(kind.body ?? '<!doctype html><title>Bad gateway</title>');
      return;
    }
    let status = 200;
    let answer: object;
    try {
      answer = act();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      status = error.status;
      answer = { error_code: error.code, message: error.message };
    }
    if (kind === 'cut-answer') return void request.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  };

  const start = async (): Promise<void> => {
    sockets = new Set();
    server = createServer((request, response) => {
      handle(request, response).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500);
        response.end(String(error));
      });
    });
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };

  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    mlflow,
    requests,
    bodies,
    authorizations,
    fault: (fault) => void faults.push({ fault, passed: 0, hit: 0 }),
    settle: async () => void (await Promise.all(late)),
    async stop() {
      const closed = new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
      for (const socket of sockets) socket.destroy();
      await closed;
      server = undefined;
    },
    start,
  };
}

function perform(
  mlflow: FakeMlflow,
  method: string,
  endpoint: string,
  body: Record<string, unknown>,
  raw: Buffer,
  half: boolean,
): object {
  const artifact = /^mlflow-artifacts\/artifacts\/[^/]+\/([^/]+)\/artifacts\/(.+)$/.exec(endpoint);
  if (artifact && method === 'PUT') {
    const [, runId, path] = artifact;
    mlflow.runs.get(runId)?.artifacts.set(path, raw);
    return {};
  }
  if (half && endpoint === 'runs/log-batch') return mlflow.logBatch(body, 0.5);
  const handler = mlflow.endpoints[`${method} ${endpoint}`];
  if (!handler) throw new Refusal(404, 'ENDPOINT_NOT_FOUND', `No handler for ${method} ${endpoint}`);
  return handler(body);
}
