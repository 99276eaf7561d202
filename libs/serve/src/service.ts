import type { Socket } from 'node:net';
import multipart from '@fastify/multipart';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import pLimit from 'p-limit';
import { pictureShape } from '@fsad/images';
import type { Model } from 'fsad';
import { pictureOf } from './body.ts';
import { LIMITS, type Limits } from './limits.ts';
import { sentMap } from './map-png.ts';
import { describeService } from './openapi.ts';
import { Places } from './places.ts';
import { Refusal, refusalOf } from './refusal.ts';

/** One answered request, for a log. Nothing of what was sent is in it. */
export interface ServedRequest {
  readonly method: string;
  /** The path without its query. */
  readonly path: string;
  readonly status: number;
  /** Of {@link REFUSALS}; null for an answer as asked. */
  readonly code: string | null;
  readonly bytes: number;
  readonly milliseconds: number;
  /** What went wrong inside, for `FSAD_INTERNAL` alone. */
  readonly cause?: unknown;
}

export interface ServiceOptions {
  readonly model: Model;
  /** Score above which a picture is defective: 0.5 unless given. */
  readonly threshold?: number;
  readonly limits?: Partial<Limits>;
  readonly log?: (request: ServedRequest) => void;
}

/** Pictures decoded at once: one is computed, the next is made ready. */
const AT_ONCE = 2;

/**
 * The HTTP service of a model, not yet listening: `POST /inspect`, `GET /health`, `GET /openapi.json`. `close()` finishes what is under way.
 * The model stays the caller's to dispose of.
 */
export async function buildService(options: ServiceOptions): Promise<FastifyInstance> {
  const { model, threshold = 0.5, log = () => undefined } = options;
  const limits: Limits = { ...LIMITS, ...options.limits };
  const places = new Places(limits);
  const inTurn = pLimit(AT_ONCE);
  const arrival = Math.ceil(1000 * limits.seconds);
  let closing = false;

  const service = fastify({
    bodyLimit: limits.bytes,
    requestTimeout: arrival,
    keepAliveTimeout: 5000,
    // Node takes the longer of both times for the body.
    http: {
      requestTimeout: arrival,
      headersTimeout: arrival,
      connectionsCheckingInterval: Math.min(5000, arrival / 2),
    },
    return503OnClosing: false,
    clientErrorHandler: answerRaw,
  });
  service.removeAllContentTypeParsers();
  service.addContentTypeParser(
    /^(image\/|application\/octet-stream)/,
    { parseAs: 'buffer' },
    (_request, body, done) => done(null, body),
  );
  await service.register(multipart, { limits: { fileSize: limits.bytes, files: 1, fields: 8 } });
  service.addHook('preClose', async () => {
    closing = true;
  });
  service.addHook('onRequest', async () => {
    if (closing) throw new Refusal('FSAD_CLOSING', 'the service is ending');
  });
  service.addHook('onSend', async (_request, reply) => {
    if (closing) void reply.header('connection', 'close');
  });
  service.setNotFoundHandler(async ({ method }) => {
    throw new Refusal('FSAD_NOT_FOUND', `there is no such path for ${method}; /openapi.json lists them`);
  });
  service.setErrorHandler(async (error, request, reply) => answer(refusalOf(error), request, reply));
  service.addHook('onResponse', async (request, reply) => {
    log({
      method: request.method,
      path: request.routeOptions.url ?? '(unknown)',
      status: reply.statusCode,
      code: reply.refusal?.code ?? null,
      bytes: Number(request.headers['content-length'] ?? 0),
      milliseconds: reply.elapsedTime,
      ...(reply.refusal?.code === 'FSAD_INTERNAL' ? { cause: reply.refusal.cause } : {}),
    });
  });
  service.decorateReply('refusal', null);

  service.get('/health', async () => ({
    status: 'ok',
    method: model.method,
    engine: model.engine,
    threshold,
    caveats: model.caveats,
    requests: places.taken,
  }));
  service.get('/openapi.json', async () => describeService(limits));
  service.post('/inspect', { onRequest: takePlace }, async (request, reply) => {
    const wantsMap = mapAsked(request.query as Record<string, unknown>);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort(new Error('the client went away')));
    const bytes = await pictureOf(request);
    // From the header, before waiting: what is no picture keeps no place.
    await requirePixels(bytes);
    const late = AbortSignal.timeout(1000 * limits.seconds);
    const signal = AbortSignal.any([gone.signal, late]);
    const start = performance.now();
    try {
      const found = inTurn(async () => {
        signal.throwIfAborted();
        const begun = performance.now();
        const inspection = await model.inspect(bytes, { map: wantsMap, threshold, signal });
        places.took((performance.now() - begun) / 1000 / AT_ONCE);
        return inspection;
      });
      const { score, defective, raw, map } = await Promise.race([found, rejectOn(signal, found)]);
      return {
        score,
        defective,
        threshold: score === null ? null : threshold,
        raw: raw.value,
        milliseconds: performance.now() - start,
        ...(wantsMap ? { map: map && (await sentMap(map, score !== null)) } : {}),
      };
    } catch (error) {
      if (!late.aborted) throw error;
      throw new Refusal('FSAD_TOO_SLOW', `no answer within ${limits.seconds} seconds`);
    }
  });
  return service;

  async function takePlace(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const length = request.headers['content-length'];
    reply.raw.once('close', places.take(length === undefined ? undefined : Number(length)));
  }

  async function requirePixels(bytes: Uint8Array): Promise<void> {
    const { width, height } = await pictureShape(bytes);
    if (width * height <= limits.pixels) return;
    throw new Refusal(
      'FSAD_TOO_MANY_PIXELS',
      `${width} x ${height} pixels, at most ${limits.pixels} are taken`,
    );
  }

  function answer(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): { error: object } {
    reply.refusal = refusal;
    void reply.code(refusal.status);
    if (refusal.status === 503) void reply.header('retry-after', String(places.retryAfter));
    // What was not read of a body would have to be, before the next request could come on this connection.
    if (!request.raw.complete) void reply.header('connection', 'close');
    return errorBody(refusal);
  }
}

function errorBody({ code, message }: Refusal): { error: object } {
  return { error: { code, message } };
}

function mapAsked(query: Record<string, unknown>): boolean {
  const { map, ...others } = query;
  if (Object.keys(others).length > 0 || (map !== undefined && map !== 'png')) {
    throw new Refusal('FSAD_BAD_QUERY', 'the only query is ?map=png');
  }
  return map === 'png';
}

/** Rejects when the signal aborts; what `work` does afterwards is nobody's any more. */
function rejectOn(signal: AbortSignal, work: Promise<unknown>): Promise<never> {
  work.catch(() => undefined);
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/** Answers what is no request, or none that came whole, on the bare connection. */
function answerRaw(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new Refusal('FSAD_SLOW_REQUEST', 'the request did not arrive within the time limit')
      : new Refusal('FSAD_BAD_REQUEST', 'this is not a request of HTTP');
  const body = JSON.stringify(errorBody(refusal));
  const head = [
    `HTTP/1.1 ${refusal.status} ${refusal.status === 408 ? 'Request Timeout' : 'Bad Request'}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

declare module 'fastify' {
  interface FastifyReply {
    /** Why the request gets no score; for the log. */
    refusal: Refusal | null;
  }
}
