import { duration } from '@fsad/files';

/** A span of time as it is told while one waits: no fractions. */
export const seconds = (value: number): string =>
  value < 1 ? 'a second' : duration(value < 59.5 ? Math.round(value) : value).replace(/\.0 s/, ' s');

/** Three digits, as the threshold has them. */
export const score = (value: number): string => value.toFixed(3);

export const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;
