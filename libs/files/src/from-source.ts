/** Whether this program runs from its TypeScript source, as it does in its repository; the package that people install runs from JavaScript. */
export const fromSource = import.meta.url.endsWith('.ts');

/**
 * The module `name` (without its ending) beside the one at `url`, as source or as built, whichever is running.
 * @param url the caller's `import.meta.url`
 */
export function moduleBeside(name: string, url: string): URL {
  return new URL(`${name}.${fromSource ? 'ts' : 'js'}`, url);
}
