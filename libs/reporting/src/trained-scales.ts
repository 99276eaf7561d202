import { drawFigure } from './figure.ts';
import { html, picture, plot, type Html } from './html.ts';
import { lossPanels, type LossCurve } from './learning-curves.ts';
import type { TrainingPage } from './training-page-input.ts';

/** What each scale holds: the training image, its reconstruction, and samples. Null where there are no scales. */
export async function trainedScales({ scales, training }: TrainingPage): Promise<Html | null> {
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

/** The loss curves with an explanation. Null where there are none. */
export async function trainingLosses(curves: readonly LossCurve[]): Promise<Html | null> {
  if (curves.length === 0) return null;
  const plots: Html[] = [];
  for (const panel of lossPanels(curves)) {
    plots.push(plot(await drawFigure(`Loss during training: ${String(panel.title)}`, [panel]), ''));
  }
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
