// npm run publish:check: what `npm publish` would send, looked at and not sent: every file of a kind that belongs there, the metadata that provenance needs, a
// change log that tells of this version. Nothing is published from here.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const manifest = JSON.parse(readFileSync(join(dist, 'package.json'), 'utf8'));
const belongs =
  /\.(js|mjs|d\.ts|c|h|wasm|json|safetensors)$|^(README|CHANGELOG)\.md$|^LICENSE$|^help\.txt$|^libs\/features\/weights\/|^libs\/fsad\/templates\/.*\.ts$/;

const out = execFileSync('npm', ['publish', '--dry-run', '--json', '--provenance', '--access', 'public'], {
  cwd: dist,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'pipe'],
});
const told = JSON.parse(out);
const { id, files, size } = told.files ? told : told[manifest.name];

const wrong = [
  ...files
    .filter(({ path }) => !belongs.test(path))
    .map(({ path }) => `${path} does not belong into the package`),
  ...(manifest.private ? ['the package is private'] : []),
  ...(manifest.publishConfig?.provenance ? [] : ['publishConfig.provenance is not set']),
  ...(readFileSync(join(dist, 'CHANGELOG.md'), 'utf8').includes(`\n## ${manifest.version}\n`)
    ? []
    : [`CHANGELOG.md says nothing of ${manifest.version}; npm run release:version`]),
];
if (wrong.length > 0) throw new Error(wrong.join('\n'));
console.log(
  `${id}: ${files.length} files, ${(size / 1e6).toFixed(1)} MB, with provenance` +
    (manifest.repository
      ? ` of ${manifest.repository.url}`
      : '; this clone has no origin, whose address it will bear'),
);
