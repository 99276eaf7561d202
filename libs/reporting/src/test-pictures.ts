import { enlarge, heatMapOverlay, outlineMask, type ValueRange } from '@fsad/images';
import type { BestF1 } from '@fsad/metrics';
import { heatRamp } from './colour-bar.ts';
import { html, picture, type Html } from './html.ts';
import type { TestPicture } from './training-page-input.ts';

/** Test pictures shown of each class; the rest counts in the figures. */
const shown = { anomalous: 16, normal: 8 };
/** Pictures are enlarged by a whole factor to at least this side before outlines are drawn, so that lines stay thin. */
const pictureSide = 160;

/** The test images of each class, sorted by score, with heat maps on one scale. */
export async function testPictures(
  test: readonly TestPicture[],
  best: BestF1,
  range: ValueRange | null,
): Promise<Html> {
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
  const legend = range ? await heatRamp() : null;
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
      legend ? html`<div class="legend"><span>typical</span>${legend}<span>most anomalous</span></div>` : null
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
  const views = await bothViews(item, range);
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

/** The image, its defect outlined where known, and beside it its heat map where it has one. */
export async function bothViews(item: TestPicture, range: ValueRange | null): Promise<Html[]> {
  const { image, map, mask, name, kind } = item;
  const large = enlarge(image, Math.max(1, Math.ceil(pictureSide / Math.max(image.width, image.height))));
  const thickness = Math.max(1, Math.round(Math.max(large.width, large.height) / 160));
  const outlined = mask ? outlineMask(large, mask, { thickness }) : large;
  const views = [await picture(outlined, `${name}, ${kind}`)];
  if (map && range) {
    views.push(await picture(heatMapOverlay(large, map, range), `anomaly map of ${name}`));
  }
  return views;
}

/** At most `count` items, evenly spaced, with the first and the last. */
function spreadOut<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]);
}
