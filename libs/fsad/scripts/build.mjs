// Writes dist/, the package that people install: every library and the command line as JavaScript, module by module at the places they have in the
// repository, so that what lies beside a module (kernels, weights, tables) is found beside it; type declarations of the front door; and a package.json
// that lists the packages the modules really import.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { writeDeclarations } from './declarations.mjs';

const library = fileURLToPath(new URL('..', import.meta.url));
const root = join(library, '..', '..');
const dist = join(library, 'dist');
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const own = read(join(library, 'package.json'));
const workspace = read(join(root, 'package.json'));

const entries = [
  'libs/fsad/src/index.ts',
  'apps/cli/src/main.ts',
  'libs/runner/src/process/child.ts',
  'libs/runner/src/default-registry.ts',
  'libs/runner/src/own-files/own-registry.ts',
  ...readdirSync(join(root, 'experiments'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `experiments/${name}`),
];

/** What is found beside modules, and is no module: copied to the same place. */
const beside = [
  ['libs/patch-network/native', /\.[ch]$/],
  ['libs/patch-network/scripts', /^build(-native|-files)\.mjs$/],
  ['libs/patch-network/build', /\.wasm$|^wasm\.json$/],
  ['libs/patch-network/src/kernels', /\.mjs$/],
  ['libs/features/weights', /./],
  ['libs/reporting/src', /\.json$/],
  ['libs/runner/src/own-files', /\.mjs$/],
  ['libs/fsad/templates', /./],
];

/** What the repository runs from source with, and builds what the package brings ready made. */
const repositoryOnly = ['tsx', '@yowasp/clang'];

/** Only what lies in the repository goes into the package. */
const outside = (id) => !/^([.\/#\0]|@fsad\/|@oxc-project\/|fsad($|\/)|[A-Z]:)/.test(id);

await build();

async function build() {
  rmSync(dist, { recursive: true, force: true });
  const modules = await bundle();
  writeDeclarations(root, entries[0], dist, doorsOf());
  for (const [folder, wanted] of beside) copyFiles(folder, wanted);
  cpSync(join(library, 'assets'), dist, { recursive: true });
  const cli = join(root, 'apps', 'cli', 'bin', 'fsad.mjs');
  const help = execFileSync(process.execPath, [cli, '--help'], {
    env: { ...process.env, LC_ALL: 'en_US.UTF-8' },
  });
  writeFileSync(join(dist, 'help.txt'), help);
  for (const name of ['README.md', 'LICENSE']) cpSync(join(root, name), join(dist, name));
  cpSync(join(library, 'CHANGELOG.md'), join(dist, 'CHANGELOG.md'));
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest(modules), null, 2)}\n`);
}

async function bundle() {
  const made = await rolldown({
    cwd: root,
    input: entries,
    platform: 'node',
    external: outside,
    // Our modules do nothing but define things: one that imports a name from a library's door then loads what has it, not everything behind the door.
    treeshake: {
      moduleSideEffects: [
        { external: true, sideEffects: true },
        { test: /./, sideEffects: false },
      ],
    },
  });
  const layout = { preserveModules: true, preserveModulesRoot: root };
  const { output } = await made.write({ dir: dist, format: 'esm', ...layout });
  await made.close();
  return output;
}

function copyFiles(folder, wanted) {
  const names = readdirSync(join(root, folder)).filter((name) => wanted.test(name));
  if (names.length === 0) throw new Error(`${folder}: nothing to copy; run npm ci first`);
  mkdirSync(join(dist, folder), { recursive: true });
  for (const name of names) cpSync(join(root, folder, name), join(dist, folder, name));
}

/** The published package.json. */
function manifest(files) {
  const { version, description, license } = own;
  return {
    name: own.name,
    version,
    description,
    license,
    repository: repository(),
    publishConfig: { access: 'public', provenance: true },
    keywords: ['anomaly-detection', 'few-shot', 'defect-detection', 'htdg', 'patchcore'],
    type: 'module',
    exports: { '.': { types: './libs/fsad/src/index.d.ts', default: './libs/fsad/src/index.js' } },
    types: './libs/fsad/src/index.d.ts',
    bin: { fsad: 'fsad.mjs' },
    scripts: { postinstall: 'node libs/patch-network/scripts/install.mjs' },
    engines: workspace.engines,
    ...dependenciesOf(files),
  };
}

/** Where the source lies, as provenance wants it: the origin of this clone, without the password that its address may hold. */
function repository() {
  const { stdout } = spawnSync('git', ['config', '--get', 'remote.origin.url'], {
    cwd: root,
    encoding: 'utf8',
  });
  const [, host, path] =
    /^(?:\w+:\/\/)?(?:[^@/]*@)?([^/:]+)[/:](.+?)(?:\.git)?$/.exec(stdout?.trim() ?? '') ?? [];
  return host && path && { type: 'git', url: `git+https://${host}/${path}.git`, directory: 'libs/fsad' };
}

/**
 * The packages that the modules' workspace packages ask for, but those that only the repository needs. What is optional there is brought by whoever wants
 * it: an optional peer.
 */
function dependenciesOf(files) {
  const folders = [...new Set(files.flatMap(({ moduleIds = [] }) => moduleIds.map(workspaceOf)))];
  const asked = (section) =>
    folders
      .filter((folder) => folder !== null)
      .flatMap((folder) => Object.entries(read(join(root, folder, 'package.json'))[section] ?? {}))
      .filter(([name]) => name !== own.name && !name.startsWith('@fsad/') && !repositoryOnly.includes(name))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  const dependencies = Object.fromEntries(asked('dependencies'));
  const peerDependencies = Object.fromEntries(asked('optionalDependencies'));
  const names = files.flatMap(({ imports = [], dynamicImports = [] }) =>
    [...imports, ...dynamicImports].map(packageOf),
  );
  const missing = names.filter((name) => name !== null && !dependencies[name] && !peerDependencies[name]);
  if (missing.length > 0)
    throw new Error(`imported, but no workspace package lists: ${[...new Set(missing)].join(', ')}`);
  const peerDependenciesMeta = Object.fromEntries(
    Object.keys(peerDependencies).map((name) => [name, { optional: true }]),
  );
  return { dependencies, peerDependencies, peerDependenciesMeta };
}

function packageOf(id) {
  if (!outside(id) || id.startsWith('node:') || id.endsWith('.js')) return null;
  return id
    .split('/')
    .slice(0, id.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The folder of the workspace package a module lies in; null for one of none. */
function workspaceOf(id) {
  const folder = relative(root, id).split(sep).slice(0, 2).join('/');
  return existsSync(join(root, folder, 'package.json')) ? folder : null;
}

/** The source of every module that workspace packages export, by its name. */
function doorsOf() {
  const folders = ['libs', 'apps', 'baselines'].flatMap((room) =>
    readdirSync(join(root, room)).map((name) => `${room}/${name}`),
  );
  return Object.fromEntries(
    folders.flatMap((folder) => {
      const { name, exports } = read(join(root, folder, 'package.json'));
      return Object.entries(exports ?? {}).map(([door, file]) => [
        join(name, door),
        join(folder, file.default ?? file),
      ]);
    }),
  );
}
