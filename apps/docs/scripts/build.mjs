// npm run docs: the API's pages from the docstrings of the front door, then the site of docs/ into apps/docs/dist. A link to nowhere is an error.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import { build } from 'vitepress';

const root = fileURLToPath(new URL('../../..', import.meta.url));

rmSync(`${root}/docs/api`, { recursive: true, force: true });
await writeApi();
await build(`${root}/apps/docs`);

async function writeApi() {
  const app = await Application.bootstrapWithPlugins({
    entryPoints: [`${root}/libs/fsad/src/index.ts`],
    tsconfig: `${root}/libs/fsad/tsconfig.json`,
    plugin: ['typedoc-plugin-markdown'],
    outputs: [{ name: 'markdown', path: `${root}/docs/api` }],
    name: 'API',
    readme: 'none',
    disableSources: true,
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    skipErrorChecking: true,
    entryFileName: 'index',
    router: 'member',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    parametersFormat: 'table',
    propertyMembersFormat: 'table',
    interfacePropertiesFormat: 'table',
    logLevel: 'Warn',
  });
  const project = await app.convert();
  if (!project) throw new Error('typedoc could not read libs/fsad/src/index.ts');
  await app.generateOutputs(project);
}
