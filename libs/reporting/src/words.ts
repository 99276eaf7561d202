import { leastTrials, type Interval } from '@fsad/metrics';
import type { Difference } from './compare.ts';

const datasetNames: Readonly<Record<string, string>> = {
  mnist: 'MNIST',
  'fashion-mnist': 'FashionMNIST',
  cifar10: 'CIFAR10',
  mvtec: 'MVTec AD',
  paris: 'Paris',
  folder: 'own pictures',
  generated: 'generated',
};

/** A dataset's name as the field writes it. */
export function datasetName(name: string): string {
  return datasetNames[name] ?? name;
}

/** `CIFAR10, 5-shot`. */
export function settingName({ dataset, shots }: { dataset: string; shots: number }): string {
  return `${datasetName(dataset)}, ${shots}-shot`;
}

/** `64.9 ± 5.9`; where there is no spread the values themselves, `61.2, 68.6`, as far as they are known, else the mean. */
export function plusMinus(mean: number, std: number | null, values: readonly number[] | null = null): string {
  if (std !== null) return `${mean.toFixed(1)} ± ${std.toFixed(1)}`;
  return values && values.length < leastTrials
    ? values.map((value) => value.toFixed(1)).join(', ')
    : mean.toFixed(1);
}

export { percent } from '@fsad/files';

/** The engine a method computed on; a dash for plain code, which runs on none. */
export function engineName(engine: string): string {
  return engine === 'none' ? '–' : engine;
}

/** `63.1 to 66.7`, or a dash. */
export function fromTo(interval: Interval | null): string {
  return interval ? `${interval.low.toFixed(1)} to ${interval.high.toFixed(1)}` : '–';
}

/** `+1.2 (−0.4 to +2.8)`, the sign always written; a dash for none. */
export function signedGap(difference: Difference | null): string {
  if (!difference) return '–';
  const { mean, interval } = difference;
  return `${signed(mean)} (${signed(interval.low)} to ${signed(interval.high)})`;
}

/** `+1.2`, `−0.4`, `0.0`. */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(1);
  return Number(text) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`;
}

/** A p value as papers print it. */
export function pValue(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** `1 trial`, `2 trials`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
