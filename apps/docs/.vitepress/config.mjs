import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const pages = fileURLToPath(new URL('../../../docs', import.meta.url));

/** Pages as they stand in the side bar; one that is not there yet is left out. */
const listed = (entries) =>
  entries
    .filter(([, page]) => page.endsWith('/') || existsSync(`${pages}/${page}.md`))
    .map(([text, page]) => ({ text, link: `/${page}` }));

export default defineConfig({
  srcDir: pages,
  outDir: './dist',
  cacheDir: '../../node_modules/.cache/vitepress',
  title: 'fsad',
  description: 'Few-shot image anomaly detection: learn what is normal from one to ten pictures.',
  lang: 'en',
  // The site works from any folder of any server that gives `page.html` for `page.html`.
  cleanUrls: false,
  lastUpdated: false,
  markdown: { config: (md) => void md.core.ruler.push('links-within', linksWithin) },
  themeConfig: {
    search: { provider: 'local' },
    outline: 'deep',
    sidebar: [
      {
        text: 'Use',
        items: listed([
          ['First model in five minutes', 'first-model'],
          ['Own pictures', 'own-pictures'],
          ['Reading scores', 'reading-scores'],
          ['A model at work', 'service'],
          ['One ONNX file', 'export'],
          ['Errors', 'errors'],
          ['API', 'api/'],
        ]),
      },
      {
        text: 'Research',
        items: listed([
          ['Experiments', 'experiments'],
          ['Adding a method', 'adding-a-method'],
          ['Baselines', 'baselines'],
        ]),
      },
      {
        text: 'Reference',
        items: listed([
          ['What is promised', 'promises'],
          ['Progress on stderr', 'progress'],
          ['Text and published code', 'presets'],
          ['Sharing of canvases', 'canvas-sharing'],
        ]),
      },
    ],
  },
  vite: {
    publicDir: false,
    build: { chunkSizeWarningLimit: 2000 },
    server: { fs: { allow: [fileURLToPath(new URL('../../..', import.meta.url))] } },
  },
});

/** A link out of docs/ leads into the repository, which is not part of the site: its text stays, followed by the path. */
function linksWithin(state) {
  for (const { children } of state.tokens) {
    if (!children) continue;
    let path = null;
    for (const token of children) {
      if (token.type === 'link_open' && token.attrGet('href')?.startsWith('../')) {
        path = token.attrGet('href').replace(/^(\.\.\/)+/, '');
        Object.assign(token, { type: 'html_inline', tag: '', attrs: null, content: '<span>' });
      } else if (token.type === 'link_close' && path !== null) {
        const shown = `<code>${path.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</code>`;
        Object.assign(token, { type: 'html_inline', tag: '', content: `</span> (${shown})` });
        path = null;
      }
    }
  }
}
