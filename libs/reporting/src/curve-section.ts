import { html, type Html } from './html.ts';
import { lossPanels, lossRange, lossTitle, type LossCurve } from './learning-curves.ts';
import { figureRow } from './page-figure.ts';
import { settingName } from './words.ts';

/** The learning curves of one method in one setting: those of several trials of one class. */
export interface MethodCurves {
  readonly dataset: string;
  readonly shots: number;
  readonly class: string;
  readonly method: string;
  readonly trials: number;
  readonly curves: readonly LossCurve[];
}

/** Learning curves to be compared: a row of panels a loss, one panel a method, all of a row on the same axes. */
export async function curveSection(all: readonly MethodCurves[]): Promise<Html | null> {
  const told = all.filter(({ curves }) => curves.length > 0);
  if (told.length === 0) return null;
  const settings = [...new Set(told.map((one) => settingName(one)))];
  const parts: Html[] = [];
  for (const setting of settings) {
    const methods = told.filter((one) => settingName(one) === setting);
    const names = [...new Set(methods.flatMap(({ curves }) => curves.map(({ name }) => name)))];
    for (const name of names) parts.push(await lossRow(setting, name, methods, parts.length === 0));
  }
  return html`<h2>Learning curves</h2>
    <p class="note">
      One line a trial and scale, coarse scales dark and fine ones bright; each point the mean of a short run
      of iterations. The panels of a row share their axes, so that methods can be compared. Scales are trained
      one after another; generator and discriminator work against each other, so that neither needs to fall to
      zero.
    </p>
    ${parts}`;
}

async function lossRow(
  setting: string,
  name: string,
  methods: readonly MethodCurves[],
  unfolded: boolean,
): Promise<Html> {
  const held = methods
    .map((one) => ({ ...one, curves: one.curves.filter((curve) => curve.name === name) }))
    .filter(({ curves }) => curves.length > 0);
  const range = lossRange(held.flatMap(({ curves }) => curves));
  const classes = [...new Set(held.map((one) => one.class))].join(', ');
  const trials = Math.max(...held.map((one) => one.trials));
  const figures = held.flatMap(({ method, curves }) => {
    const title = method;
    return lossPanels(curves).map((_, i) => ({
      description: `${lossTitle(name)}: ${title}`,
      draw: (width: number) => lossPanels(curves, { width, height: 190, title, range })[i],
    }));
  });
  return html`<details ${unfolded ? 'open' : ''}>
    <summary>
      ${setting}: ${lossTitle(name)} (${classes}; ${trials === 1 ? 'one trial' : `up to ${trials} trials`} a
      method)
    </summary>
    ${await figureRow(figures)}
  </details>`;
}
