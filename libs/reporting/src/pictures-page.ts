import { heatMapOverlay, type Image, type ValueRange } from '@fsad/images';
import { Html, html, picture } from './html.ts';
import { pageStyle } from './page-style.ts';

/** One picture on the page of what a model says of many. */
export interface JudgedPicture {
  /** The picture's name as it was given. */
  readonly name: string;
  /** Files beside the page, with forward slashes: the picture, reduced, and its map over it. */
  readonly original: string;
  readonly map: string;
  /** 0 to 1 where the model is calibrated, else the method's own. */
  readonly score: number;
  readonly decision: 'good' | 'defective' | null;
}

export interface PicturesPage {
  readonly title: string;
  /** Sentences under the heading: what learned, from what, how the threshold came about. */
  readonly notes: readonly string[];
  readonly pictures: readonly JudgedPicture[];
  /** Why pictures were left out, one line each. */
  readonly leftOut: readonly string[];
  /** The score above which a picture is called defective; null without a calibration. */
  readonly threshold: number | null;
  /** Map values of the colour scale. */
  readonly colours: ValueRange & { readonly lowest: number; readonly highest: number };
}

/** Pictures shown at once. */
const PER_PAGE = 50;

/**
 * One HTML page about many pictures: original, map and decision side by side, sorted, searchable by name and shown fifty
 * at a time, so that thousands load at once. Pictures are files beside the page; it asks nothing of elsewhere.
 */
export async function picturesPage(input: PicturesPage): Promise<string> {
  const { title, notes, pictures, leftOut, threshold } = input;
  const defective = pictures.filter(({ decision }) => decision === 'defective').length;
  // "<" is all that could end the element early.
  const rows = JSON.stringify(pictures).replaceAll('<', '\\u003c');
  return `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
        />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        <style>
          ${new Html(pageStyle + style)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p class="lead">
            ${
              threshold === null
                ? `${pictures.length} pictures, most anomalous first.`
                : `${defective} of ${pictures.length} pictures called defective.`
            }
          </p>
          ${notes.map((note) => html`<p>${note}</p>`)} ${await colourBar(input)}
          <form id="controls">
            <label>Name contains <input id="search" type="search" autocomplete="off" /></label>
            <label
              >Show
              <select id="decision">
                <option value="">all</option>
                ${
                  threshold !== null &&
                  html`<option>defective</option>
                    <option>good</option>`
                }
              </select></label
            >
            <label
              >Sort by
              <select id="order">
                <option value="high">score, highest first</option>
                <option value="low">score, lowest first</option>
                <option value="name">name</option>
              </select></label
            >
          </form>
          <nav id="pager">
            <button id="back" type="button">Back</button> <span id="where"></span>
            <button id="on" type="button">On</button>
          </nav>
          <div id="pictures"></div>
          ${
            leftOut.length > 0 &&
            html`<details>
              <summary>
                ${leftOut.length} left out, since ${leftOut.length === 1 ? 'it' : 'they'} cannot be read
              </summary>
              ${leftOut.map((line) => html`<p>${line}</p>`)}
            </details>`
          }
        </main>
        <script type="application/json" id="rows">
          ${new Html(rows)}
        </script>
        <script>
          ${new Html(script)};
        </script>
      </body>
    </html>`.markup
  }\n`;
}

/** The colours from the lowest to the highest value, with a mark where they begin. */
async function colourBar({ colours, threshold }: PicturesPage): Promise<Html> {
  const { lowest, highest, low, high } = colours;
  const [width, height] = [400, 14];
  const at = (value: number): number => (value - lowest) / (highest - lowest);
  const ramp = Float32Array.from(
    { length: width },
    (_, x) => lowest + ((x + 0.5) / width) * (highest - lowest),
  );
  const grey: Image = { width, height, channels: 1, data: new Uint8Array(width * height).fill(128) };
  const drawn = heatMapOverlay(grey, { width, height: 1, data: ramp }, { low, high });
  const mark = 100 * at(low);
  const text = threshold === null ? `${low.toPrecision(3)}` : `${low}: what good pictures reach`;
  return html`<figure class="bar">
    ${await picture(drawn, `colour scale from ${lowest} to ${highest}`)}
    <i style="left:${mark.toFixed(1)}%"></i>
    <figcaption>
      <span>${lowest.toPrecision(2)}</span><span>${text}</span><span>${highest.toPrecision(2)}</span>
    </figcaption>
  </figure>`;
}

const style = `
.bar{position:relative;max-width:400px;margin:18px 0}
.bar img{width:100%;height:14px}
.bar i{position:absolute;top:-4px;height:22px;width:2px;background:var(--ink)}
.bar figcaption{display:flex;justify-content:space-between}
#controls{display:flex;flex-wrap:wrap;gap:12px 24px;margin:24px 0 12px}
input,select,button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:4px;padding:4px 8px}
#pager{display:flex;gap:12px;align-items:center;margin:12px 0}
article{display:grid;grid-template-columns:1fr 1fr minmax(160px,.6fr);gap:14px;padding:14px 0;border-top:1px solid var(--line);align-items:start}
article img{width:100%;max-height:420px;object-fit:contain}
article h3{margin:0;overflow-wrap:anywhere}
article .score{font-size:22px}
article.defective .decision{color:var(--anomalous);font-weight:600}
@media (max-width:700px){article{grid-template-columns:1fr 1fr}article div{grid-column:1/-1;order:-1}}
`;

const script = `
const rows = JSON.parse(document.getElementById('rows').textContent);
const el = (id) => document.getElementById(id);
let page = 0;
function chosen() {
  const text = el('search').value.toLowerCase();
  const decision = el('decision').value;
  const found = rows.filter((row) => row.name.toLowerCase().includes(text) && (!decision || row.decision === decision));
  const order = el('order').value;
  if (order === 'name') return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return found.sort((a, b) => (order === 'high' ? b.score - a.score : a.score - b.score));
}
function image(file, alt) {
  const img = document.createElement('img');
  img.loading = 'lazy';
  img.alt = alt;
  img.src = file.split('/').map(encodeURIComponent).join('/');
  const link = document.createElement('a');
  link.href = img.src;
  link.append(img);
  return link;
}
function show() {
  const found = chosen();
  const pages = Math.max(1, Math.ceil(found.length / ${PER_PAGE}));
  page = Math.min(Math.max(page, 0), pages - 1);
  const start = page * ${PER_PAGE};
  el('pictures').replaceChildren(...found.slice(start, start + ${PER_PAGE}).map((row) => {
    const article = document.createElement('article');
    article.className = row.decision ?? '';
    const words = document.createElement('div');
    const line = (tag, name, text) => { const one = document.createElement(tag); one.className = name; one.textContent = text; words.append(one); };
    line('h3', 'name', row.name);
    line('p', 'score', row.score.toPrecision(3));
    line('p', 'decision', row.decision ?? '');
    article.append(image(row.original, row.name), image(row.map, 'map of ' + row.name), words);
    return article;
  }));
  el('where').textContent = found.length === 0 ? 'no picture' : (start + 1) + ' to ' + Math.min(found.length, start + ${PER_PAGE}) + ' of ' + found.length;
  el('back').disabled = page === 0;
  el('on').disabled = page === pages - 1;
}
for (const id of ['search', 'decision', 'order']) el(id).addEventListener('input', () => { page = 0; show(); });
el('controls').addEventListener('submit', (event) => event.preventDefault());
el('back').addEventListener('click', () => { page--; show(); });
el('on').addEventListener('click', () => { page++; show(); });
show();
`;
