import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { download, type DownloadOptions } from '../src/fetch/download.ts';
import type { RemoteFile } from '../src/fetch/sources.ts';
import { noise, temporaryFolder } from './fakes.ts';

const root = await temporaryFolder();
const content = Buffer.from(noise('content', 200, 100, 3).data);
const other = Buffer.from(noise('other', 200, 100, 3).data);
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** Compared as bytes: the matcher for arrays takes a third of a second. */
const isContent = (bytes: Buffer): boolean => bytes.equals(content);

type Handler = (request: IncomingMessage, response: ServerResponse, attempt: number) => void;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A server on this machine whose n-th request is answered by `handler`; collects the ranges asked for. */
async function serve(handler: Handler): Promise<{ address: string; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    handler(request, response, ranges.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`, ranges };
}

let breakOff: { at: number; now: () => void } | null = null;

/** Sends a piece that begins at byte `from` and breaks the connection off once the client has got it. */
function cut(response: ServerResponse, piece: Buffer, from = 0): void {
  breakOff = { at: from + piece.length, now: () => response.socket?.destroy() };
  response.write(piece);
}

function breakOffAt(done: number): void {
  if (!breakOff || done < breakOff.at) return;
  breakOff.now();
  breakOff = null;
}

/** Answers as a well-behaved server does, with Range and If-Range. */
function answer(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  { etag = '"v1"', cutAfter = Infinity } = {},
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const fits = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const partial = request.headers.range !== undefined && fits;
  const piece = partial ? body.subarray(from) : body;
  response.writeHead(partial ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': piece.length,
    etag,
    ...(partial ? { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
  });
  if (cutAfter >= piece.length) response.end(piece);
  else cut(response, piece.subarray(0, cutAfter), partial ? from : 0);
}

let folders = 0;
const run = async (file: Partial<RemoteFile> & { addresses: string[] }, options: DownloadOptions = {}) => {
  const folder = join(root, String(++folders));
  const whole: RemoteFile = {
    name: 'file.bin',
    bytes: content.length,
    checksum: { algorithm: 'md5', value: md5(content) },
    ...file,
  };
  return {
    folder,
    get: () =>
      download(whole, folder, {
        backoffMs: 1,
        stallMs: 2000,
        ...options,
        onProgress: (progress) => {
          options.onProgress?.(progress);
          breakOffAt(progress.done);
        },
      }),
  };
};

describe('a download', () => {
  it('brings the file, with progress up to its size, and leaves nothing else', async () => {
    const { address } = await serve((request, response) => answer(request, response, content));
    const seen: [string, number, number | null][] = [];
    const { get, folder } = await run(
      { addresses: [address] },
      { onProgress: (p) => seen.push([p.phase, p.done, p.total]) },
    );
    expect(await readFile(await get())).toSatisfy(isContent);
    expect(seen[0]).toEqual(['download', 0, content.length]);
    expect(seen).toContainEqual(['download', content.length, content.length]);
    expect(seen.at(-1)).toEqual(['check', content.length, content.length]);
    expect(await readdir(folder)).toEqual(['file.bin']);
  });

  it('continues by Range where the connection broke off', async () => {
    const { address, ranges } = await serve((request, response, n) =>
      answer(request, response, content, { cutAfter: n < 3 ? 20_000 : Infinity }),
    );
    const { get } = await run({ addresses: [address] });
    expect(await readFile(await get())).toSatisfy(isContent);
    expect(ranges).toEqual([undefined, 'bytes=20000-', 'bytes=40000-']);
  });

  it('continues what an earlier, aborted process left', async () => {
    const { address, ranges } = await serve((request, response, n) => {
      if (n > 1) return answer(request, response, content);
      response.writeHead(200, { 'content-length': content.length, etag: '"v1"' });
      response.write(content.subarray(0, 30_000));
    });
    const stop = new AbortController();
    const onProgress = ({ done }: { done: number }): void => {
      if (done >= 30_000 && ranges.length === 1) stop.abort(new Error('interrupted'));
    };
    const { get, folder } = await run(
      { addresses: [address] },
      { onProgress, signal: stop.signal, stallMs: 5000 },
    );
    await expect(get()).rejects.toThrow('interrupted');
    expect((await stat(join(folder, 'file.bin.partial'))).size).toBe(30_000);
    const again = await download(
      { name: 'file.bin', bytes: null, checksum: null, addresses: [address] },
      folder,
    );
    expect(await readFile(again)).toSatisfy(isContent);
    expect(ranges).toEqual([undefined, 'bytes=30000-']);
  });

  it('begins again from a server that refuses Range', async () => {
    const { address, ranges } = await serve((_request, response, n) => {
      response.writeHead(200, { 'content-length': content.length });
      if (n > 1) response.end(content);
      else cut(response, content.subarray(0, 10_000));
    });
    const { get } = await run({ addresses: [address] });
    expect(await readFile(await get())).toSatisfy(isContent);
    expect(ranges).toEqual([undefined, 'bytes=10000-']);
  });

  it('begins again when the file changed half-way and the server says so', async () => {
    const { address } = await serve((request, response, n) =>
      n === 1
        ? answer(request, response, other, { etag: '"old"', cutAfter: 20_000 })
        : answer(request, response, content, { etag: '"new"' }),
    );
    const { get } = await run({ addresses: [address], checksum: null });
    expect(await readFile(await get())).toSatisfy(isContent);
  });

  it('notices by the checksum when the server does not say so, and gets it once more from the beginning', async () => {
    const { address, ranges } = await serve((request, response, n) => {
      const from = Number(/\d+/.exec(request.headers.range ?? '0')![0]);
      const body = n === 1 ? other : content;
      response.writeHead(from ? 206 : 200, {
        'content-length': body.length - from,
        ...(from ? { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
      });
      if (n > 1) response.end(body.subarray(from));
      else cut(response, body.subarray(0, 20_000));
    });
    const { get } = await run({ addresses: [address] });
    expect(await readFile(await get())).toSatisfy(isContent);
    expect(ranges).toEqual([undefined, 'bytes=20000-', undefined]);
  });

  it('without a checksum never joins a rest whose version is not known to be the same', async () => {
    const { address, ranges } = await serve((request, response) => answer(request, response, content));
    const { get, folder } = await run({ addresses: [address], checksum: null });
    await download({ name: 'x', bytes: 0, checksum: null, addresses: [] }, folder).catch(() => undefined);
    await writeFile(join(folder, 'file.bin.partial'), other.subarray(0, 5000));
    expect(await readFile(await get())).toSatisfy(isContent);
    expect(ranges).toEqual([undefined]);
  });

  it('names expected and actual checksum, and keeps nothing of the wrong file', async () => {
    const { address } = await serve((request, response) => answer(request, response, other));
    const { get, folder } = await run({ addresses: [address] });
    await expect(get()).rejects.toThrow(`wrong md5: expected ${md5(content)}, actual ${md5(other)}`);
    expect(await readdir(folder)).not.toContain('file.bin');
    expect(await readdir(folder)).not.toContain('file.bin.partial');
  });

  it('gives up a connection that stalls, continues, and says so when it always does', async () => {
    const stall = (response: ServerResponse): void => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 1000));
    };
    const once = await serve((request, response, n) =>
      n === 1 ? stall(response) : answer(request, response, content),
    );
    expect(await readFile(await (await run({ addresses: [once.address] }, { stallMs: 200 })).get())).toEqual(
      content,
    );
    const silent = await serve(() => undefined);
    await expect((await run({ addresses: [silent.address] }, { stallMs: 50 })).get()).rejects.toThrow(
      /nothing came for 0.05 s/,
    );
    expect(silent.ranges).toHaveLength(4);
  });

  it('gives up an address that drips, also when it begins again each time', async () => {
    const drip = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': content.length });
      const timer = setInterval(() => response.write(Buffer.of(1)), 10);
      response.on('close', () => clearInterval(timer));
    });
    const { get } = await run({ addresses: [drip.address] }, { stallMs: 100, leastBytes: 1000 });
    await expect(get()).rejects.toThrow(/only \d+ bytes came in 0.1 s/);
    expect(drip.ranges).toHaveLength(4);
  });

  it('ends at the most that can be the file where no size is published', async () => {
    const unsized = { bytes: null, checksum: null };
    const endless = await serve((_request, response) => {
      response.writeHead(200, {});
      response.write(content);
      response.end(content);
    });
    const mostBytes = content.length;
    await expect(
      (await run({ ...unsized, addresses: [endless.address] }, { mostBytes })).get(),
    ).rejects.toThrow(/sends more than [\d,]+ bytes; it is not the file/);
    const large = await serve((request, response) => answer(request, response, content));
    await expect(
      (await run({ ...unsized, addresses: [large.address] }, { mostBytes: mostBytes - 1 })).get(),
    ).rejects.toThrow(/the file there has [\d,]+ bytes, at most [\d,]+ can be it/);
  });

  it('goes to the next mirror when one answers HTML, 404, another size or too much', async () => {
    const html = await serve((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>moved</html>'),
    );
    const gone = await serve((_request, response) => response.writeHead(404).end());
    const short = await serve((request, response) => answer(request, response, content.subarray(1)));
    const endless = await serve((_request, response) => {
      response.writeHead(200, {});
      response.write(content);
      response.end(content);
    });
    const good = await serve((request, response) => answer(request, response, content));
    const bad = [html, gone, short, endless].map(({ address }) => address);
    const { get } = await run({ addresses: [...bad, good.address] });
    expect(await readFile(await get())).toSatisfy(isContent);
    const dead = await run({ addresses: bad });
    const message = await dead.get().then(String, (error: Error) => error.message);
    expect(message).toContain(`${html.address}: the server answers with a web page instead of the file`);
    expect(message).toContain(`${gone.address}: the server answers 404 Not Found`);
    expect(message).toContain(`${short.address}: the file there has 59,999 bytes, 60,000 are expected`);
    expect(message).toContain(`${endless.address}: the server sends more than the 60,000 bytes`);
  });

  it('tries again after a 503 and after a refused connection', async () => {
    const busy = await serve((request, response, n) =>
      n < 3 ? response.writeHead(503).end() : answer(request, response, content),
    );
    expect(await readFile(await (await run({ addresses: [busy.address] })).get())).toSatisfy(isContent);
    const { address } = await serve(() => undefined);
    await closers.pop()!();
    await expect((await run({ addresses: [address] })).get()).rejects.toThrow(/ECONNREFUSED/);
  });

  it('takes a whole file that lies there, and gets a damaged one again', async () => {
    const { address, ranges } = await serve((request, response) => answer(request, response, content));
    const { get } = await run({ addresses: [address] });
    const path = await get();
    await get();
    expect(ranges).toHaveLength(1);
    await writeFile(path, other);
    await get();
    expect(await readFile(path)).toSatisfy(isContent);
  });

  it('handles a rest that is already whole, and one longer than the file', async () => {
    const { address } = await serve((request, response) => {
      const from = Number(/\d+/.exec(request.headers.range ?? '0')![0]);
      if (from < content.length) return answer(request, response, content);
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    });
    const whole = await run({ addresses: [address] });
    await whole.get();
    for (const rest of [content, Buffer.concat([content, content])]) {
      const { get, folder } = await run({ addresses: [address] });
      await download({ name: 'x', bytes: 0, checksum: null, addresses: [] }, folder).catch(() => undefined);
      await writeFile(join(folder, 'file.bin.partial'), rest);
      expect(await readFile(await get())).toSatisfy(isContent);
    }
  });
});
