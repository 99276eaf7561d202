import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

/** Shared memory, and threads with it, are for pages that promise to be by themselves. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Writes service-worker.js, which knows every file of the page by its name; the names of most hold their contents' digest. */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const files = ['./', './icon.svg', ...Object.keys(bundle).map((name) => `./${name}`)].sort();
        const text = readFileSync(new URL('./src/service-worker.js', import.meta.url), 'utf8');
        const source = text.replace('__FILES__', JSON.stringify(files));
        this.emitFile({ type: 'asset', fileName: 'service-worker.js', source });
      },
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  plugins: [serviceWorker()],
  server: { headers },
  preview: { headers },
});
