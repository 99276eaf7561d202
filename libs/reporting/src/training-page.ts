import { duration } from '@fsad/files';
import { commonRange, type ValueRange } from '@fsad/images';
import { aurocInterval, bestF1, type AurocInterval, type BestF1 } from '@fsad/metrics';
import { drawFigure } from './figure.ts';
import { html, picture, plot, type Html } from './html.ts';
import { htmlPage } from './page.ts';
import { rocPanel, scoreHistogramPanel } from './score-figures.ts';
import { bothViews, testPictures } from './test-pictures.ts';
import { trainedScales, trainingLosses } from './trained-scales.ts';
import { percent } from './words.ts';
import type { TrainingPage } from './training-page-input.ts';
import { trainingPageStyle } from './training-page-style.ts';

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
  const maps = input.test.map((item) => item.map).filter((map) => map !== null);
  const range = maps.length > 0 ? commonRange(maps) : null;
  return htmlPage(
    input.title,
    html`
      ${await opening(input, area, range)} ${await separation(input, scores, labels, best)}
      ${await testPictures(input.test, best, range)} ${await trainedScales(input)}
      ${await trainingLosses(input.curves)}
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

async function opening(input: TrainingPage, area: AurocInterval, range: ValueRange | null): Promise<Html> {
  const anomalous = input.test.filter((item) => item.anomalous).length;
  const { training, seconds } = input;
  const drawn = await Promise.all(
    training.slice(0, 10).map((image, i) => picture(image, `training image ${i + 1}`)),
  );
  const only = training.length === 1;
  const hit = input.test
    .filter((item) => item.anomalous)
    .reduce((highest, item) => (item.score > highest.score ? item : highest));
  const hitViews = await bothViews(hit, range);
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
      <figure class="seen one">
        <div>${hitViews.at(-1)}</div>
        <figcaption>
          The test image it finds most anomalous (${hit.kind})${hitViews.length > 1 ? ', and where' : ''}.
        </figcaption>
      </figure>
      <dl class="facts">
        <div class="main">
          <dt>AUROC on ${input.test.length} test images</dt>
          <dd>${percent(area.auroc)}</dd>
          <dd class="note">
            95 % interval ${percent(area.low)} to ${percent(area.high)}. The chance that an anomalous image
            scores above a normal one: 50 % is guessing, 100 % is perfect.
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
        `How often each anomaly score occurs, within each class. The dashed line is the threshold with the best F1 ` +
          `(${percent(best.f1)}), chosen with the labels in view: there ${missed} anomalous ` +
          `${missed === 1 ? 'image is' : 'images are'} missed and ${falseAlarms} normal ` +
          `${falseAlarms === 1 ? 'one is' : 'ones are'} called anomalous.`,
      )}
      ${plot(
        roc,
        'The share of anomalous images found against the share of normal images wrongly called anomalous, over all ' +
          'thresholds. The dotted diagonal is guessing; the area under the curve is the AUROC.',
      )}
    </div>
  `;
}
