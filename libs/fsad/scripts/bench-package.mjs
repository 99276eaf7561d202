// npm run bench, first part: how long the built command takes to begin. `fsad --help` at most four times the time of `node -e 0`, a picture scored with a saved
// model in a second and a half. The least of several turns counts: whatever else the machine does only adds.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawPictures } from './draw-pictures.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const dist = join(root, 'libs', 'fsad', 'dist');
const program = join(dist, 'fsad.mjs');
const most = { timesOfNode: 4, secondsOfScore: 1.5 };

const folder = mkdtempSync(join(tmpdir(), 'fsad-bench-'));
try {
  linkDependencies();
  await drawPictures(folder);
  run(program, 'train', '--folder', 'good', '--out', 'model');
  const words = {
    node: ['-e', '0'],
    help: [program, '--help'],
    score: [program, 'score', 'model', 'new.jpg'],
  };
  const least = { node: Infinity, help: Infinity, score: Infinity };
  for (let turn = 0; turn < 15; turn++) {
    for (const name of turn < 5 ? ['node', 'help', 'score'] : ['node', 'help'])
      least[name] = Math.min(least[name], run(...words[name]));
  }
  const times = least.help / least.node;
  console.log(`node -e 0          ${(1000 * least.node).toFixed(0)} ms`);
  console.log(
    `fsad --help        ${(1000 * least.help).toFixed(0)} ms, ${times.toFixed(1)} times that (at most ${most.timesOfNode})`,
  );
  console.log(`fsad score, one    ${least.score.toFixed(2)} s (at most ${most.secondsOfScore})\n`);
  if (times > most.timesOfNode || least.score > most.secondsOfScore) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(dist, 'node_modules'), { recursive: true, force: true });
}

/** Seconds that Node takes. @throws Error with what it said where it failed */
function run(...words) {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${words.join(' ')}\n${stderr}`);
  return (performance.now() - began) / 1000;
}

/** Gives the package the versions it asks for: those at the root of the repository may be others. */
function linkDependencies() {
  const read = (path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const workspaces = ['libs', 'apps', 'baselines'].flatMap((room) =>
    readdirSync(join(root, room)).map((name) => join(root, room, name)),
  );
  for (const name of Object.keys(read(dist).dependencies)) {
    const asks = workspaces.find((place) => read(place).dependencies?.[name]);
    const own = join(asks, 'node_modules', name);
    const link = join(dist, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(existsSync(own) ? own : join(root, 'node_modules', name), link);
  }
}
