import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('ends quietly when its reader has had enough, as head has', async () => {
  const bin = join(import.meta.dirname, '../bin/fsad.mjs');
  const child = spawn(process.execPath, [bin, 'datasets', 'list'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (text) => (complaints += String(text)));
  child.stdout.destroy();
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(complaints).toBe('');
  expect(code).toBe(0);
});
