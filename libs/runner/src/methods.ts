import type { DetectorMethod } from '@fsad/detector';

/** What learns a folder of one's own pictures unless another method is asked for (results/own-pictures). */
export const OWN_PICTURES = 'patchcore';

/** The paper's method: what learns a class of a dataset unless another is asked for. */
export const OF_THE_PAPER = 'htdg';

/** Every method by its name, imported when first used. A new method gets its line here. */
export const methods: Readonly<Record<string, () => Promise<DetectorMethod<unknown>>>> = {
  htdg: async () => widened((await import('@fsad/htdg')).method),
  geom: async () => widened((await import('@fsad/geom')).method),
  goad: async () => widened((await import('@fsad/goad')).method),
  'deep-svdd': async () => widened((await import('@fsad/deep-svdd')).method),
  drocc: async () => widened((await import('@fsad/drocc')).method),
  'patch-svdd': async () => widened((await import('@fsad/patch-svdd')).method),
  differnet: async () => widened((await import('@fsad/differnet')).method),
  'differnet-random': async () => widened((await import('@fsad/differnet')).randomMethod),
  'differnet-lite0': async () => widened((await import('@fsad/differnet')).liteMethod),
  patchcore: async () => widened((await import('@fsad/patchcore')).method),
  'pixel-mse': async () => widened((await import('@fsad/pixel-mse')).method),
  'nearest-pixel': async () => widened((await import('@fsad/nearest-pixel')).method),
  'geom-on-samples': async () => widened((await import('@fsad/geom-on-samples')).method),
};

/** A method whose configuration comes from outside: it is only ever created with what its own `parseConfig` gave. */
function widened<Config>(method: DetectorMethod<Config>): DetectorMethod<unknown> {
  return method as DetectorMethod<unknown>;
}
