import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { acquireLock, LockedError, withLock } from '../src/lock.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fsad-lock-'));
  path = join(folder, 'work.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (holder: object): void =>
  writeFileSync(path, JSON.stringify({ token: 't', purpose: 'A sync', processStart: '', ...holder }));

describe('a lock', () => {
  it('is held by one at a time and names its holder', () => {
    const lock = acquireLock(path, 'A sync');
    expect(() => acquireLock(path, 'A sync')).toThrow(`A sync by process ${process.pid} on this machine`);
    lock.release();
    acquireLock(path, 'A sync').release();
  });

  it('of a dead process is taken over', () => {
    const { pid } = spawnSync('true');
    write({ pid, host: hostname() });
    acquireLock(path, 'A sync').release();
  });

  it.runIf(process.platform === 'linux')(
    'of a process whose id was reused is taken over (Linux knows when a process began)',
    () => {
      write({ pid: process.pid, host: hostname(), processStart: '1' });
      acquireLock(path, 'A sync').release();
    },
  );

  it('of another machine is respected for a minute after its last sign of life', () => {
    write({ pid: 1, host: 'elsewhere.example' });
    expect(() => acquireLock(path, 'A sync')).toThrow(/elsewhere\.example/);
    const old = new Date(Date.now() - 61_000);
    utimesSync(path, old, old);
    acquireLock(path, 'A sync').release();
  });

  it.each([3_600_000, -3_600_000])(
    'of another machine is judged by the disk, also where the clock here is %d ms off',
    (off) => {
      const clock = vi.spyOn(Date, 'now').mockImplementation(() => new Date().getTime() + off);
      try {
        write({ pid: 1, host: 'elsewhere.example' });
        expect(() => acquireLock(path, 'A sync')).toThrow(/elsewhere\.example/);
        const old = new Date(new Date().getTime() - 61_000);
        utimesSync(path, old, old);
        acquireLock(path, 'A sync').release();
      } finally {
        clock.mockRestore();
      }
    },
  );

  it('is shown to live by a refresh, which leaves its content as it was', () => {
    const lock = acquireLock(path, 'A sync');
    const content = readFileSync(path, 'utf8');
    const old = new Date(Date.now() - 61_000);
    utimesSync(path, old, old);
    lock.refresh();
    expect(statSync(path).mtimeMs).toBeGreaterThan(old.getTime() + 30_000);
    expect(readFileSync(path, 'utf8')).toBe(content);
    lock.release();
  });

  it('lost to another process is noticed at the next refresh and not released for the other', () => {
    const lock = acquireLock(path, 'A sync');
    write({ pid: 1, host: 'elsewhere.example', token: 'other' });
    expect(() => lock.refresh()).toThrow(/taken over/);
    lock.release();
    expect(readFileSync(path, 'utf8')).toContain('other');
  });

  it('with content that cannot be understood counts as foreign', () => {
    writeFileSync(path, 'garbage');
    expect(() => acquireLock(path, 'A sync')).toThrow(LockedError);
  });

  it('left stale goes to exactly one of eight processes that want it at once', async () => {
    const { pid } = spawnSync('true');
    write({ pid, host: hostname() });
    const program = `
      import { acquireLock } from ${JSON.stringify(new URL('../src/lock.ts', import.meta.url).pathname)};
      try { acquireLock(${JSON.stringify(path)}, 'A sync'); console.log('won'); } catch { console.log('lost'); }
      setTimeout(() => {}, 4000);`;
    const children = Array.from({ length: 8 }, () =>
      spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]),
    );
    const said = await Promise.all(
      children.map(
        (child) =>
          new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(`${text}`.trim()))),
      ),
    );
    for (const child of children) child.kill();
    expect(said.filter((word) => word === 'won')).toHaveLength(1);
  });

  it('that is waited for is got when its holder lets go, after its name was said once', async () => {
    const held = acquireLock(path, 'A sync');
    const waits: string[] = [];
    const got = withLock(
      path,
      { purpose: 'A fetch', onWait: ({ purpose, pid }) => waits.push(`${purpose} ${pid}`) },
      async () => JSON.parse(readFileSync(path, 'utf8')).purpose as string,
    );
    setTimeout(() => held.release(), 500);
    expect(await got).toBe('A fetch');
    expect(waits).toEqual([`A sync ${process.pid}`]);
    expect(existsSync(path)).toBe(false);
  });

  it('is let go when the work throws, and waiting ends with the reason of the signal', async () => {
    const failing = withLock(path, { purpose: 'A fetch' }, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    const held = acquireLock(path, 'A sync');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(withLock(path, { purpose: 'A fetch', signal }, async () => 1)).rejects.toThrow('enough');
    held.release();
  });
});
