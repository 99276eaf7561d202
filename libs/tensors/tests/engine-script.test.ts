import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../../scripts/engine-tensorflow.mjs', import.meta.url));

describe.skipIf(process.platform !== 'linux')('npm run engine:tensorflow (Linux only)', () => {
  it.each([
    ['Python', { PYTHON: '/nowhere/python3' }, 'there is no /nowhere/python3. Install Python 3 with pip'],
    ['pip', { PYTHON: 'false' }, 'false has no pip'],
    ['a compiler', { CXX: '/nowhere/c++' }, 'there is no C++ compiler /nowhere/c++. Install one'],
  ])('says what to do where there is no %s, before it changes anything', (_, environment, message) => {
    const result = spawnSync(process.execPath, [script, '--rebuild'], {
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    });
    expect(result.stderr).toContain(message);
    expect(result.status).toBe(1);
    expect(result.stdout).toBe('');
  });
});
