import {
  commonRange,
  enlarge,
  heatMap,
  heatMapOverlay,
  outlineMask,
  type Image,
  type ValueMap,
  type ValueRange,
} from '@fsad/images';
import { aurocInterval, bestF1, type AurocInterval, type BestF1 } from '@fsad/metrics';
import { drawFigure } from './figure.ts';
import { html, picture, plot, type Html } from './html.ts';
import { lossPanels, type LossCurve } from './learning-curves.ts';
import { htmlPage } from './page.ts';
import { rocPanel, scoreHistogramPanel } from './score-figures.ts';
import { trainingPageStyle } from './training-page-style.ts';

/** Everything the page of a finished training shows: numbers and pictures, nothing that must be looked up elsewhere. */
export interface TrainingPage {
  /** What was asked of the model, as a heading: `Scratches and stains, found after seeing one picture`. */
  readonly title: string;
  /** One or two sentences under the heading. */
  readonly lead: string;
  /** The line above the heading: method, preset, engine, e.g. `HTDG · preset fast · engine native (AVX-512)`. */
  readonly kicker: string;
  /** Wall time in seconds. */
  readonly seconds: { readonly training: number; readonly scoring: number };
  /** The training images as the model saw them; at least one. */
  readonly training: readonly Image[];
  /** What each scale learned, coarsest first; empty for methods without scales. */
  readonly scales: readonly TrainedScale[];
  /** Loss curves; see `lossCurves` for those of a trial result. Empty where none were kept. */
  readonly curves: readonly LossCurve[];
  /** Every scored test image; both normal and anomalous ones must be among them. */
  readonly test: readonly TestPicture[];
  /** How to do the same with one's own pictures, in order. */
  readonly commands: readonly { readonly purpose: string; readonly command: string }[];
  /** Settings and versions for the table at the end, in order. */
  readonly details: Readonly<Record<string, string | number>>;
}

/** One scale of the pyramid after training. */
export interface TrainedScale {
  /** The first training image at this scale. */
  readonly real: Image;
  /** That image rebuilt by the generator; null for methods that do not. */
  readonly reconstruction: Image | null;
  /** Pictures drawn from the model at this scale. */
  readonly samples: readonly Image[];
}

/** One test image with what the model says of it. */
export interface TestPicture {
  /** Shown under the picture, e.g. the file name. */
  readonly name: string;
  /** Higher is more anomalous. */
  readonly score: number;
  readonly anomalous: boolean;
  /** `good`, a defect type, or the name of the image's class. */
  readonly kind: string;
  readonly image: Image;
  /** Where the model finds it anomalous; null where it does not say. */
  readonly map: ValueMap | null;
  /** The true defect, non-zero inside; null where there is none or it is unknown. */
  readonly mask: Image | null;
}

/** Test pictures shown of each class; the rest counts in the figures. */
const shown = { anomalous: 18, normal: 12 };
/** Pictures are enlarged by a whole factor to at least this side before outlines are drawn, so that lines stay thin. */
const pictureSide = 160;

/**
 * One self-contained HTML page about a finished training: how well it tells normal from anomalous, the test images with
 * heat maps, what each scale learned, the losses, and how to do it with one's own pictures.
 *
 * Pure: the same input gives the same bytes.
 * @throws RangeError when the test images are all normal or all anomalous, a score is NaN, or there is no training image
 */
export async function trainingPage(input: TrainingPage): Promise<string> {
  if (input.training.length === 0) throw new RangeError('the page needs at least one training image');
  const scores = input.test.map((item) => item.score);
  const labels = input.test.map((item) => item.anomalous);
  const area = aurocInterval(scores, labels);
  const best = bestF1(scores, labels);
  return htmlPage(
    input.title,
    html`
      ${await opening(input, area)} ${await separation(input, scores, labels, best)}
      ${await testImages(input.test, best)} ${await scaleSection(input)} ${await lossSection(input.curves)}
      <h2>With your own pictures</h2>
      ${input.commands.map(
        ({ purpose, command }) =>
          html`<p>${purpose}</p>
            <pre>${command}</pre>`,
      )}
      <h2>Settings of this run</h2>
      <div class="scroll">
        <table>
          ${Object.entries(input.details).map(
            ([name, value]) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td>${value}</td>
              </tr>`,
          )}
        </table>
      </div>
    `,
    trainingPageStyle,
  );
}

async function opening(input: TrainingPage, area: AurocInterval): Promise<Html> {
  const anomalous = input.test.filter((item) => item.anomalous).length;
  const { training, seconds } = input;
  const drawn = await Promise.all(
    training.slice(0, 10).map((image, i) => picture(image, `training image ${i + 1}`)),
  );
  const only = training.length === 1;
  return html`
    <p class="kicker">${input.kicker}</p>
    <h1>${input.title}</h1>
    <p class="lead">${input.lead}</p>
    <div class="opening">
      <figure class="seen ${only ? 'one' : 'several'}">
        <div>${drawn}</div>
        <figcaption>
          ${only ? 'The one picture it learned from.' : `The ${training.length} pictures it learned from.`} No
          anomalous picture was used.
        </figcaption>
      </figure>
      <dl class="facts">
        <div class="main">
          <dt>AUROC on ${input.test.length} test images</dt>
          <dd>${area.auroc.toFixed(3)}</dd>
          <dd class="note">
            95 % interval ${area.low.toFixed(3)} to ${area.high.toFixed(3)}. The chance that an anomalous
            image scores above a normal one: 0.5 is guessing, 1 is perfect.
          </dd>
        </div>
        <div>
          <dt>test images</dt>
          <dd>${input.test.length - anomalous} normal, ${anomalous} anomalous</dd>
        </div>
        <div>
          <dt>training</dt>
          <dd>${duration(seconds.training)}</dd>
        </div>
        <div>
          <dt>scoring</dt>
          <dd>${duration(seconds.scoring)}, ${duration(seconds.scoring / input.test.length)} an image</dd>
        </div>
      </dl>
    </div>
  `;
}

async function separation(
  { test }: TrainingPage,
  scores: readonly number[],
  labels: readonly boolean[],
  best: BestF1,
): Promise<Html> {
  const histogram = await drawFigure('Histogram of anomaly scores of normal and anomalous test images', [
    scoreHistogramPanel(scores, labels, best.threshold),
  ]);
  const roc = await drawFigure('ROC curve over all test images', [rocPanel(scores, labels)]);
  const missed = test.filter((item) => item.anomalous && item.score < best.threshold).length;
  const falseAlarms = test.filter((item) => !item.anomalous && item.score >= best.threshold).length;
  return html`
    <h2>Does the score tell them apart?</h2>
    <div class="plots">
      ${plot(
        histogram,
        'histogram',
        `How often each anomaly score occurs, within each class. The dashed line is the threshold with the best F1 ` +
          `(${best.f1.toFixed(2)}), chosen with the labels in view: there ${missed} anomalous ` +
          `${missed === 1 ? 'image is' : 'images are'} missed and ${falseAlarms} normal ` +
          `${falseAlarms === 1 ? 'one is' : 'ones are'} called anomalous.`,
      )}
      ${plot(
        roc,
        'roc',
        'The share of anomalous images found against the share of normal images wrongly called anomalous, over all ' +
          'thresholds. The dotted diagonal is guessing; the area under the curve is the AUROC.',
      )}
    </div>
  `;
}

async function testImages(test: readonly TestPicture[], best: BestF1): Promise<Html> {
  const maps = test.map((item) => item.map).filter((map) => map !== null);
  const range = maps.length > 0 ? commonRange(maps) : null;
  const span = {
    low: Math.min(...test.map((item) => item.score)),
    high: Math.max(...test.map((item) => item.score)),
  };
  const section = async (anomalous: boolean): Promise<Html> => {
    const all = test.filter((item) => item.anomalous === anomalous).sort((a, b) => b.score - a.score);
    const some = spreadOut(all, anomalous ? shown.anomalous : shown.normal);
    const cards: Html[] = [];
    for (const item of some) cards.push(await card(item, range, span, best.threshold));
    const fewer =
      some.length < all.length
        ? `${some.length} of ${all.length}, evenly spaced in rank`
        : `all ${all.length}`;
    return html`<h3>${anomalous ? 'Anomalous' : 'Normal'} <small>${fewer}, highest score first</small></h3>
      <div class="cards">${cards}</div>`;
  };
  const legend = range ? await picture(heatMap(colourRamp(range), range), 'colours from low to high') : null;
  return html`
    <h2>The test images</h2>
    <p class="note">
      ${
        range
          ? 'Left the image, the true defect outlined in red where it is known; right where the model finds it anomalous, on one colour scale for all images.'
          : 'This method gives no map of where an image is anomalous.'
      }
      The bar is the image’s score, the tick on it the threshold from above.
    </p>
    ${
      legend
        ? html`<div class="legend">
            <span>as normal as half of all pixels</span>${legend}<span>most anomalous</span>
          </div>`
        : null
    }
    ${await section(true)} ${await section(false)}
  `;
}

async function card(
  item: TestPicture,
  range: ValueRange | null,
  span: ValueRange,
  threshold: number,
): Promise<Html> {
  const large = enlarge(
    item.image,
    Math.max(1, Math.ceil(pictureSide / Math.max(item.image.width, item.image.height))),
  );
  const thickness = Math.max(1, Math.round(Math.max(large.width, large.height) / 160));
  const outlined = item.mask ? outlineMask(large, item.mask, { thickness }) : large;
  const views = [await picture(outlined, `${item.name}, ${item.kind}`, false)];
  if (item.map && range) {
    views.push(await picture(heatMapOverlay(large, item.map, range), `anomaly map of ${item.name}`, false));
  }
  const called = item.score >= threshold;
  const percent = (score: number): string =>
    ((100 * (score - span.low)) / (span.high - span.low || 1)).toFixed(1);
  return html`<figure class="card ${item.anomalous ? 'anomalous' : 'normal'}">
    <div class="views">${views}</div>
    <div class="meter">
      <i style="width:${percent(item.score)}%"></i><b style="left:${percent(threshold)}%"></b>
    </div>
    <figcaption>
      <span>${item.kind}</span> <strong>${item.score.toFixed(3)}</strong>
      ${called === item.anomalous ? null : html`<em>${item.anomalous ? 'missed' : 'false alarm'}</em>`}
    </figcaption>
  </figure>`;
}

async function scaleSection({ scales, training }: TrainingPage): Promise<Html | null> {
  if (scales.length === 0) return null;
  const columns = await Promise.all(
    scales.map(async (scale, i) => {
      const views = [await picture(scale.real, `training image at scale ${i}`)];
      if (scale.reconstruction)
        views.push(await picture(scale.reconstruction, `reconstruction at scale ${i}`));
      for (const sample of scale.samples) views.push(await picture(sample, `sample at scale ${i}`));
      return { views, title: `${scale.real.width} × ${scale.real.height}` };
    }),
  );
  const { reconstruction, samples } = scales[0];
  const rows = [
    'training image',
    ...(reconstruction ? ['reconstruction'] : []),
    ...samples.map((_, i) => `sample ${i + 1}`),
  ];
  return html`
    <h2>What it learned</h2>
    <p class="note">
      The ${training.length === 1 ? 'training image' : 'first training image'} at each scale, coarsest first,
      the generator’s reconstruction of it, and new pictures drawn from noise. Samples should share the
      texture of the training image without copying it.
    </p>
    <div class="scroll">
      <table class="scales">
        <tr>
          <th></th>
          ${columns.map(({ title }, i) => html`<th scope="col">scale ${i}<br /><small>${title}</small></th>`)}
        </tr>
        ${rows.map(
          (row, r) =>
            html`<tr>
              <th scope="row">${row}</th>
              ${columns.map(({ views }) => html`<td>${views[r]}</td>`)}
            </tr>`,
        )}
      </table>
    </div>
  `;
}

async function lossSection(curves: readonly LossCurve[]): Promise<Html | null> {
  if (curves.length === 0) return null;
  const plots = await Promise.all(
    lossPanels(curves).map(async (panel, i) =>
      plot(await drawFigure(`Loss during training: ${String(panel.title)}`, [panel]), `loss-${i}`, ''),
    ),
  );
  return html`
    <h2>The training</h2>
    <p class="note">
      Losses over the iterations of each scale, averaged over short runs of iterations. Scales are trained one
      after another, coarse to fine; generator and discriminator work against each other, so neither needs to
      fall to zero.
    </p>
    <div class="plots">${plots}</div>
  `;
}

/** At most `count` items, evenly spaced, with the first and the last. */
function spreadOut<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]);
}

/** A strip from the range's low to its high value. */
function colourRamp({ low, high }: ValueRange): ValueMap {
  const data = Float32Array.from({ length: 128 }, (_, i) => low + (i / 127) * (high - low));
  return { width: 128, height: 1, data };
}

function duration(seconds: number): string {
  if (seconds < 1) return `${Math.max(1, Math.round(1000 * seconds))} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
