import module from 'node:module';
import { pathToFileURL } from 'node:url';

const hooks = new URL('./hooks.mjs', import.meta.url).href;
/** Every module keeps its place below the program's folder, as source and as built. */
const folder = new URL('../../../../', import.meta.url).href;
let hooked: Promise<void> | null = null;

/**
 * Imports a file of people's own, JavaScript or TypeScript, wherever it lies. In it and in what it imports by a relative path, `fsad` is this program.
 * @throws whatever it throws, or why it cannot be read
 */
export async function importOwn(path: string): Promise<Readonly<Record<string, unknown>>> {
  await (hooked ??= hook());
  return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
}

/** Synchronous hooks where Node has them: those of a thread of their own are on their way out. */
async function hook(): Promise<void> {
  const data = { door: import.meta.resolve('fsad'), folder };
  const { registerHooks } = module as { registerHooks?: (hooks: object) => void };
  if (!registerHooks) return module.register(hooks, { data });
  const { initialize, ...functions } = (await import(hooks)) as { initialize: (given: typeof data) => void };
  initialize(data);
  registerHooks(functions);
}
