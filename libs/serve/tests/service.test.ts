import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { decodeImage } from '@fsad/images';
import { learn, type Model } from 'fsad';
import {
  REFUSALS,
  startService,
  type RunningService,
  type ServedRequest,
  type StartOptions,
} from '../src/index.ts';
import { png, stripes } from './pictures.ts';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // JSON of a service, looked into.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

/** Scores alone, in no time. */
let model: Model;
/** Scores and maps. */
let mapping: Model;
const small = { engine: 'wasm', threads: 1, set: ['size=128'] };
const open: RunningService[] = [];

beforeAll(async () => {
  model = await learn([stripes(), stripes([24, 24], 48), stripes()], { method: 'pixel-mse' });
  mapping = await learn([stripes(), stripes()], small);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((service) => service.close()));
});
afterAll(() => {
  model.dispose();
  mapping.dispose();
});

async function start(options: Partial<StartOptions> = {}): Promise<string> {
  const service = await startService({ model, ...options });
  open.push(service);
  return service.address;
}

async function ask(url: string, body: Uint8Array | string | FormData, type?: string): Promise<Answer> {
  const headers: Record<string, string> = type ? { 'content-type': type } : {};
  const response = await fetch(url, { method: 'POST', body: body as FormData, headers });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const codeOf = ({ status, body }: Answer) => [status, body.error?.code];

/** A model that answers when it is told to. */
function slowModel(): { model: Model; release: () => void } {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const inspect: Model['inspect'] = async (picture, options) => {
    await released;
    return model.inspect(picture, options);
  };
  const slow = { inspect, method: 'slow', engine: 'none', caveats: [] } as unknown as Model;
  return { model: slow, release };
}

test('listens on this machine alone unless another address is given', async () => {
  expect(await start()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test('a picture as the body gets the score and the decision the library gives', async () => {
  const address = await start({ threshold: 0.6 });
  for (const spot of [undefined, [10, 30]] as const) {
    const bytes = await png(spot);
    const { score, defective, raw } = await model.inspect(bytes, { threshold: 0.6 });
    const answer = await ask(`${address}/inspect`, bytes, 'image/png');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ score, defective, threshold: 0.6, raw: raw.value });
    expect(answer.body).not.toHaveProperty('map');
  }
});

test('a picture as the file of a form gets the same answer', async () => {
  const address = await start();
  const bytes = await png([20, 20]);
  const form = new FormData();
  form.set('anything', new Blob([Uint8Array.from(bytes)]), 'x.png');
  const { score } = await model.inspect(bytes);
  expect((await ask(`${address}/inspect`, form)).body.score).toBe(score);
});

test('?map=png gives the map in 256 greys', async () => {
  const address = await start({ model: mapping });
  const bytes = await png([12, 40]);
  const { map } = await mapping.inspect(bytes);
  if (!map) throw new Error('no map');
  const { body } = await ask(`${address}/inspect?map=png`, bytes, 'image/png');
  expect(body.map).toMatchObject({ width: map.width, height: map.height, low: 0, high: 1 });
  const drawn = await decodeImage(Buffer.from(body.map.png as string, 'base64'));
  expect(drawn.channels).toBe(1);
  const worst = map.data.reduce((most, value, i) => Math.max(most, Math.abs(value - drawn.data[i] / 255)), 0);
  expect(worst).toBeLessThanOrEqual(0.5 / 255 + 1e-6);
});

test('?map=png of a method without maps is null', async () => {
  const { body } = await ask(`${await start()}/inspect?map=png`, await png(), 'image/png');
  expect(body.map).toBeNull();
});

test('a model without calibration gives its raw score, no decision, and a map between its extremes', async () => {
  const plain = await learn([stripes()], { ...small, calibrate: false });
  const address = await start({ model: plain });
  const bytes = await png([12, 40]);
  const { raw, map } = await plain.inspect(bytes);
  const { body } = await ask(`${address}/inspect?map=png`, bytes, 'image/png');
  expect(body).toMatchObject({ score: null, defective: null, threshold: null, raw: raw.value });
  expect(body.map.high).toBe(Math.max(...(map?.data ?? [])));
  plain.dispose();
});

test('bad requests are refused by stable codes', async () => {
  const address = await start({ limits: { bytes: 4000, pixels: 3000 } });
  const inspect = `${address}/inspect`;
  const good = await png();
  expect(good.length).toBeLessThan(4000);
  const noFile = new FormData();
  noFile.set('text', 'no file');
  const bigFile = new FormData();
  bigFile.set('picture', new Blob([new Uint8Array(5000)]), 'x.png');
  expect(codeOf(await ask(inspect, new Uint8Array(0), 'image/png'))).toEqual([400, 'FSAD_NO_PICTURE']);
  expect(codeOf(await ask(inspect, noFile))).toEqual([400, 'FSAD_NO_PICTURE']);
  expect(codeOf(await ask(inspect, '{}', 'application/json'))).toEqual([415, 'FSAD_MEDIA_TYPE']);
  expect(codeOf(await ask(inspect, 'rubbish', 'image/png'))).toEqual([422, 'FSAD_BAD_IMAGE']);
  expect(codeOf(await ask(inspect, good.slice(0, -200), 'image/png'))).toEqual([422, 'FSAD_BAD_IMAGE']);
  expect(codeOf(await ask(inspect, new Uint8Array(5000), 'image/png'))).toEqual([413, 'FSAD_TOO_MANY_BYTES']);
  expect(codeOf(await ask(inspect, new Uint8Array(200_000), 'image/png'))).toEqual([
    413,
    'FSAD_TOO_MANY_BYTES',
  ]);
  expect(codeOf(await ask(inspect, bigFile))).toEqual([413, 'FSAD_TOO_MANY_BYTES']);
  expect(codeOf(await ask(inspect, await png(undefined, 60), 'image/png'))).toEqual([
    413,
    'FSAD_TOO_MANY_PIXELS',
  ]);
  expect(codeOf(await ask(`${inspect}?map=jpeg`, good, 'image/png'))).toEqual([400, 'FSAD_BAD_QUERY']);
  expect(codeOf(await ask(`${address}/other`, good, 'image/png'))).toEqual([404, 'FSAD_NOT_FOUND']);
  expect(codeOf(await ask(inspect, '--x\r\nhalf', 'multipart/form-data; boundary=x'))).toEqual([
    400,
    expect.stringMatching(/FSAD_(BAD_REQUEST|NO_PICTURE)/),
  ]);
  expect(codeOf(await ask(inspect, 'x', 'multipart/form-data')), 'a form without a boundary').toEqual([
    400,
    'FSAD_BAD_REQUEST',
  ]);
  expect((await ask(inspect, good, 'image/png')).status, 'and goes on').toBe(200);
});

test('what is not HTTP gets an answer in JSON and the connection is closed', async () => {
  const { port } = new URL(await start());
  const text = await new Promise<string>((resolve) => {
    let got = '';
    connect(Number(port), '127.0.0.1', function (this: Socket) {
      this.write('nonsense\r\n\r\n');
    })
      .on('data', (data) => (got += data.toString()))
      .on('close', () => resolve(got));
  });
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(text).toContain('FSAD_BAD_REQUEST');
});

test('a request that does not arrive in time gets 408', async () => {
  const { port } = new URL(await start({ limits: { seconds: 0.3 } }));
  const text = await new Promise<string>((resolve) => {
    let got = '';
    connect(Number(port), '127.0.0.1', function (this: Socket) {
      this.write(
        'POST /inspect HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\ncontent-length: 900\r\n\r\nabc',
      );
    })
      .on('data', (data) => (got += data.toString()))
      .on('close', () => resolve(got));
  });
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
  expect(text).toContain('FSAD_SLOW_REQUEST');
});

test('an answer that takes too long is 503, and the next one comes', async () => {
  const slow = slowModel();
  const address = await start({ model: slow.model, limits: { seconds: 0.3 } });
  const answer = await ask(`${address}/inspect`, await png(), 'image/png');
  expect(codeOf(answer)).toEqual([503, 'FSAD_TOO_SLOW']);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  slow.release();
  expect((await ask(`${address}/inspect`, await png(), 'image/png')).status).toBe(200);
});

test('beyond the requests at once there is 503 with Retry-After, and places come back', async () => {
  const slow = slowModel();
  const address = await start({ model: slow.model, limits: { requests: 2 } });
  const bytes = await png();
  const inside = [
    ask(`${address}/inspect`, bytes, 'image/png'),
    ask(`${address}/inspect`, bytes, 'image/png'),
  ];
  await waitUntil(async () => (await health(address)).requests === 2);
  const beyond = await ask(`${address}/inspect`, bytes, 'image/png');
  expect(codeOf(beyond)).toEqual([503, 'FSAD_BUSY']);
  expect(Number(beyond.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  slow.release();
  expect((await Promise.all(inside)).map(({ status }) => status)).toEqual([200, 200]);
  expect((await ask(`${address}/inspect`, bytes, 'image/png')).status).toBe(200);
});

test('a client that goes away gives its place back', async () => {
  const slow = slowModel();
  const address = await start({ model: slow.model });
  const leaving = new AbortController();
  const asked = fetch(`${address}/inspect`, {
    method: 'POST',
    body: Uint8Array.from(await png()),
    headers: { 'content-type': 'image/png' },
    signal: leaving.signal,
  });
  await waitUntil(async () => (await health(address)).requests === 1);
  leaving.abort();
  await expect(asked).rejects.toThrow();
  await waitUntil(async () => (await health(address)).requests === 0);
  slow.release();
});

test('ending answers those inside and lets nobody in', async () => {
  const slow = slowModel();
  const stop = new AbortController();
  const service = await startService({ model: slow.model, signal: stop.signal });
  const inside = ask(`${service.address}/inspect`, await png(), 'image/png');
  await waitUntil(async () => (await health(service.address)).requests === 1);
  stop.abort();
  await expect(fetch(`${service.address}/health`, { headers: { connection: 'close' } })).rejects.toThrow();
  slow.release();
  expect((await inside).status).toBe(200);
  await service.ended;
});

test('two hundred requests at once, half of them rubbish, are each answered with their own', async () => {
  const address = await start();
  const places = Array.from(
    { length: 100 },
    (_, i) => [4 + (i % 10) * 4, 4 + Math.floor(i / 10) * 4] as const,
  );
  const files = await Promise.all(places.map((place) => png(place)));
  const expected: (number | null)[] = [];
  for (const file of files) expected.push((await model.inspect(file, { map: false })).score);
  expect(new Set(expected).size).toBeGreaterThan(50);
  const answers = await Promise.all(
    files.flatMap((file, i) => [
      ask(`${address}/inspect`, file, 'image/png'),
      ask(`${address}/inspect`, i % 2 ? file.slice(0, file.length / 2) : 'rubbish', 'image/png'),
    ]),
  );
  expect(answers.filter((_, i) => i % 2 === 0).map(({ body }) => body.score)).toEqual(expected);
  expect(answers.filter((_, i) => i % 2 === 1).every(({ status }) => status === 422)).toBe(true);
});

test('the log has a line a request, without names, queries or contents', async () => {
  const lines: ServedRequest[] = [];
  const address = await start({ log: (line) => lines.push(line) });
  const form = new FormData();
  form.set('secret-field', new Blob([Uint8Array.from(await png())]), 'secret-name.png');
  await ask(`${address}/inspect?map=png`, form);
  await ask(`${address}/secret-path`, 'secret', 'image/png');
  await waitUntil(async () => lines.length === 2);
  expect(lines.map(({ path, status, code }) => [path, status, code])).toEqual([
    ['/inspect', 200, null],
    ['(unknown)', 404, 'FSAD_NOT_FOUND'],
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('an error inside is 500 without its words, which the log has', async () => {
  const lines: ServedRequest[] = [];
  const broken = {
    inspect: async () => {
      throw new Error('/private/path is broken');
    },
  } as unknown as Model;
  const address = await start({ model: broken, log: (line) => lines.push(line) });
  const answer = await ask(`${address}/inspect`, await png(), 'image/png');
  expect(codeOf(answer)).toEqual([500, 'FSAD_INTERNAL']);
  expect(JSON.stringify(answer.body)).not.toContain('private');
  expect((lines[0].cause as Error).message).toBe('/private/path is broken');
});

test('the description names every path and every code', async () => {
  const address = await start();
  const described = (await (await fetch(`${address}/openapi.json`)).json()) as {
    paths: Record<string, { post: { responses: Record<number, { description: string }> } }>;
  };
  expect(Object.keys(described.paths)).toEqual(['/inspect', '/health', '/openapi.json']);
  const { responses } = described.paths['/inspect'].post;
  for (const [code, [status]] of Object.entries(REFUSALS)) {
    expect(responses[status].description, code).toContain(code);
  }
});

test('limits and ports that are none are refused, a port that is taken is named', async () => {
  await expect(startService({ model, limits: { bytes: NaN } })).rejects.toThrow('limit of bytes');
  await expect(startService({ model, port: 70_000 })).rejects.toThrow('up to 65535');
  const { port } = new URL(await start());
  await expect(startService({ model, port: Number(port) })).rejects.toThrow('another program listens there');
});

async function health(address: string) {
  return (await (await fetch(`${address}/health`)).json()) as { requests: number };
}

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not come');
}
