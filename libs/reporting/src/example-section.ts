import { enlarge, outlineMask } from '@fsad/images';
import type { ExamplePicture, ExampleTrial } from './example-trials.ts';
import { drawFigure, type Panel } from './figure.ts';
import { html, picture, plot, type Html } from './html.ts';
import { lossPanels } from './learning-curves.ts';
import { columnLabel } from './paper-columns.ts';
import { rocPanel, scoreHistogramPanel } from './score-figures.ts';
import { settingName } from './words.ts';

/** One trial in detail, unfolded or not: its scores, learning curves and pictures. */
export async function exampleSection(
  { summary, curves, scores, pictures }: ExampleTrial,
  unfolded: boolean,
): Promise<Html> {
  const { cell, metrics } = summary;
  const auroc = metrics ? `AUROC ${metrics.auroc.toFixed(3)}` : '';
  const interval = metrics ? ` (${metrics.aurocInterval.map((end) => end.toFixed(2)).join(' to ')})` : '';
  const plots: Html[] = [];
  const add = async (description: string, panel: Panel): Promise<void> => {
    const figure = await drawFigure(description, [panel]);
    plots.push(plot(figure, ''));
  };
  if (scores) {
    await add('Histogram of anomaly scores', scoreHistogramPanel(scores.values, scores.anomalous));
    await add('ROC curve', rocPanel(scores.values, scores.anomalous));
  }
  for (const panel of lossPanels(curves).slice(0, 6)) await add(`Loss: ${String(panel.title)}`, panel);
  return html`<details ${unfolded ? 'open' : ''}>
    <summary>
      ${columnLabel(cell)}: ${settingName(cell)}, class ${cell.class}, trial ${cell.trial},
      ${auroc}${interval}
    </summary>
    <div class="plots">${plots}</div>
    ${await pictureRows(pictures)}
  </details>`;
}

const pictureRowsShown: readonly (readonly [ExamplePicture['kind'], string])[] = [
  ['training', 'training images'],
  ['sample', 'drawn from the model'],
  ['map', 'test images with anomaly maps'],
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
        html`<div class="row">
          <h4>${title}</h4>
          <div class="strip">${drawn}</div>
        </div>`,
      );
    }
  }
  return rows;
}

async function drawnPicture({
  picture: image,
  original,
  mask,
  image: id,
  score,
}: ExamplePicture): Promise<Html> {
  const factor = Math.max(1, Math.ceil(160 / Math.max(image.width, image.height)));
  const views = [await picture(enlarge(image, factor), id ? `anomaly map or image of ${id}` : 'sample')];
  if (original) {
    const large = enlarge(original, factor);
    views.unshift(await picture(mask ? outlineMask(large, mask) : large, id ?? 'original'));
  }
  const name = id?.split('/').slice(-2).join('/') ?? null;
  return html`<figure class="views${views.length}">
    <div>${views}</div>
    <figcaption>${name} ${score === null ? null : html`<strong>${score.toPrecision(4)}</strong>`}</figcaption>
  </figure>`;
}
