import { expect, it } from 'vitest';
import { matches, parseWhere, requireKnown } from '../src/plan/selection.ts';
import type { Cell } from '../src/index.ts';

const cell = (className: string): Cell => ({
  ...{ experiment: 'x', dataset: 'folder', class: className, shots: 1, trial: 0 },
  ...{ detector: 'htdg', variant: 'full', budget: 'smoke' },
});

it('a name with a comma is asked for with a stroke before it, as the message writes it', () => {
  const where = parseWhere(['class=nut\\, M8,bolt']);
  expect(['nut, M8', 'bolt', 'nut'].map((name) => matches(where, cell(name)))).toEqual([true, true, false]);
  expect(() => requireKnown(parseWhere(['class=nut']), [cell('nut, M8')])).toThrow(
    '--where class=nut: not in this experiment; there are nut\\, M8',
  );
});

it('a condition without a value is refused', () => {
  for (const condition of ['class=', 'class=a,', 'class=,a'])
    expect(() => parseWhere([condition])).toThrow(`--where ${condition}: a value is missing`);
  expect(() => parseWhere(['class'])).toThrow('--where class: takes the form key=value');
});
