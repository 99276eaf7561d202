import { outlineMask, type Image } from '@fsad/images';
import { heatRamp } from './colour-bar.ts';
import type { ExamplePicture, ExampleTrial } from './example-trials.ts';
import { html, picture, type Html } from './html.ts';
import { figureRow } from './page-figure.ts';
import { columnLabel } from './paper-columns.ts';
import { formatAuroc, rocPanel, scoreHistogramPanel } from './score-figures.ts';
import { settingName } from './words.ts';

/** One trial in detail, unfolded or not: its scores and pictures. */
export async function exampleSection(
  { summary, scores, pictures }: ExampleTrial,
  unfolded: boolean,
): Promise<Html> {
  const { cell, metrics } = summary;
  const name = columnLabel(cell);
  const shown = metrics && {
    auroc: metrics.auroc,
    low: metrics.aurocInterval[0],
    high: metrics.aurocInterval[1],
  };
  const maps = pictures.filter(({ kind }) => kind === 'map');
  return html`<details ${unfolded ? 'open' : ''}>
    <summary>
      ${name}: ${settingName(cell)}, class ${cell.class}, trial
      ${cell.trial}${shown ? `, AUROC ${formatAuroc(shown)}` : ''}
    </summary>
    ${
      scores &&
      (await figureRow([
        {
          description: `Histogram of anomaly scores, ${name}`,
          draw: (width) =>
            scoreHistogramPanel(scores.values, scores.anomalous, undefined, { width, height: 260 }),
        },
        {
          description: `ROC curve, ${name}`,
          draw: (width) => rocPanel(scores.values, scores.anomalous, { width, height: 260 }),
        },
      ]))
    }
    ${maps.length > 0 ? await heatMaps(maps) : null} ${await pictureRows(pictures)}
  </details>`;
}

/** Test images with their heat maps, large: image, true defect and map side by side, and how to read the colours. */
async function heatMaps(maps: readonly ExamplePicture[]): Promise<Html> {
  const cards: Html[] = [];
  for (const { image, original, mask, picture: map, score } of maps) {
    const name = shortName(image);
    const view = async (title: string, shown: Image | null, alternative: string): Promise<Html> =>
      html`<div>
        ${shown ? await picture(shown, alternative) : html`<span class="none">none</span>`}
        <small>${title}</small>
      </div>`;
    cards.push(
      html`<figure class="triptych">
        <div>
          ${await view('image', original && mask ? outlineMask(original, mask) : original, name)}
          ${await view('true defect', mask, `mask of ${name}`)}
          ${await view('anomaly map', map, `anomaly map of ${name}`)}
        </div>
        <figcaption>
          ${name}${score === null ? null : html`, score <strong>${score.toPrecision(4)}</strong>`}
        </figcaption>
      </figure>`,
    );
  }
  return html`<h3>Where the model finds defects</h3>
    <p class="note">
      The test image, the true defect outlined in red where there is one; the defect’s mask; the anomaly map
      over the image. One colour scale for all maps of the trial, from the median of their values to the
      99.5th percentile.
    </p>
    <div class="legend"><span>typical</span>${await heatRamp()}<span>most anomalous</span></div>
    <div class="triptychs">${cards}</div>`;
}

const pictureRowsShown: readonly (readonly [ExamplePicture['kind'], string])[] = [
  ['training', 'training images'],
  ['sample', 'drawn from the model'],
  ['true-positive', 'anomalous, found'],
  ['false-negative', 'anomalous, missed'],
  ['true-negative', 'normal, passed'],
  ['false-positive', 'normal, false alarm'],
];

async function pictureRows(pictures: readonly ExamplePicture[]): Promise<Html[]> {
  const rows: Html[] = [];
  for (const [kind, title] of pictureRowsShown) {
    const drawn: Html[] = [];
    for (const one of pictures) if (one.kind === kind) drawn.push(await drawnPicture(one));
    if (drawn.length > 0) {
      rows.push(
        html`<h3>${title}</h3>
          <div class="strip">${drawn}</div>`,
      );
    }
  }
  return rows;
}

async function drawnPicture({ picture: image, image: id, score }: ExamplePicture): Promise<Html> {
  const name = shortName(id);
  return html`<figure>
    ${await picture(image, name)}
    <figcaption>
      ${id === null ? null : name} ${score === null ? null : html`<strong>${score.toPrecision(4)}</strong>`}
    </figcaption>
  </figure>`;
}

/** The end of an image's id, which tells it from its neighbours: `bent/004.png`. */
function shortName(id: string | null): string {
  return id?.split('/').slice(-2).join('/') ?? 'sample';
}
