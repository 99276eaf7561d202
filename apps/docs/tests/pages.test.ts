// The lines of the pages that a reader would type: every fence below `<!-- run -->` is run as it stands, in a folder with tiny generated pictures. Trainings look at 128 pixels
// instead of 320, and ports are free ones.
import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { main } from '@fsad/cli';
import { encodePng } from '@fsad/images';
import { startService } from '@fsad/serve';
import { load } from 'fsad';

const root = resolve(import.meta.dirname, '../../..');
const tsx = fileURLToPath(import.meta.resolve('tsx'));
const home = process.cwd();
let folder: string;

interface Fence {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

function fencesOf(page: string): Fence[] {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  return [...text.matchAll(/<!-- run -->\s*```(\w+)\n(.*?)```/gs)].map(([whole, language, code]) => {
    const line = text.slice(0, text.indexOf(whole)).split('\n').length;
    return { page, line, language, text: code };
  });
}

const fences = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .flatMap(fencesOf);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fsad-docs-'));
  const pictures: Record<string, [count: number, defective: boolean]> = {
    good: [3, false],
    'more-good': [3, false],
    'known-bad': [2, true],
  };
  let seed = 0;
  for (const [name, [count, defective]] of Object.entries(pictures)) {
    mkdirSync(join(folder, name));
    for (let n = 1; n <= count; n++) await draw(join(folder, name, `${n}.png`), seed++, defective);
  }
  mkdirSync(join(folder, 'new'));
  await draw(join(folder, 'new', 'part.png'), seed++, false);
  await draw(join(folder, 'new', 'scratched.png'), seed++, true);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(root, 'libs', 'fsad'), join(folder, 'node_modules', 'fsad'));
  process.chdir(folder);
});

afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

/** Stripes that lie a little elsewhere in every picture, perhaps with a bright scratch. */
async function draw(path: string, seed: number, defective: boolean): Promise<void> {
  const side = 96;
  const data = Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    if (defective && Math.abs(x - y + 3 * seed) < 3 && x > 30 && x < 70) return 255;
    return Math.round(110 + 40 * Math.sin((x + 0.3 * seed) / 4));
  });
  writeFileSync(path, await encodePng({ width: side, height: side, channels: 1, data }));
}

describe('lines of the pages run as they stand', () => {
  test('some are marked', () => {
    expect(new Set(fences.map(({ page }) => page)).size).toBeGreaterThanOrEqual(5);
  });

  test.each(fences.map((fence) => [`docs/${fence.page} line ${fence.line}`, fence] as const))(
    '%s',
    async (_, { language, text, line }) => {
      if (language === 'sh') await runLines(text);
      else if (language === 'js') await runProgram(text, `program-${line}.mjs`);
      else throw new Error(`${language} is not run here; take the mark away`);
    },
  );
});

async function runLines(text: string): Promise<void> {
  for (const command of text.split('\n')) {
    const words = command
      .replace(/\s#.*$/, '')
      .trim()
      .split(/\s+/);
    if (words[0] === '') continue;
    expect(words.slice(0, 2)).toEqual(['npx', 'fsad']);
    const small = words[2] === 'train' ? ['--set', 'size=128'] : [];
    if (words[2] === 'train') rmSync('runs/mine', { recursive: true, force: true });
    const { code, said } = await runCaught([...words.slice(2), ...small, '--progress', 'none']);
    expect(code, `${command}\n${said}`).toBe(0);
  }
}

async function runCaught(line: string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      said += String(chunk);
      return true;
    }),
  );
  try {
    return { code: await main(line), said };
  } finally {
    for (const stream of streams) stream.mockRestore();
  }
}

async function runProgram(text: string, name: string): Promise<void> {
  const model = text.includes(':7878') ? await load('runs/mine') : null;
  const service = model && (await startService({ model }));
  try {
    const { port } = new URL(service?.address ?? 'http://127.0.0.1:7878');
    writeFileSync(name, text.replaceAll(':7878', `:${port}`));
    const child = spawn(process.execPath, ['--import', tsx, name], { cwd: folder });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += String(data)));
    const code = await new Promise((done) => child.on('exit', done));
    expect(code, said).toBe(0);
  } finally {
    await service?.close();
    model?.dispose();
  }
}
