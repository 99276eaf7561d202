import type { DatasetSource } from '@fsad/datasets';

/** How much there is to download, in words. */
export function sizeOf({ files, about }: DatasetSource): string {
  const known = files.every(({ bytes }) => bytes !== null);
  return known ? megabytes(files.reduce((sum, { bytes }) => sum + bytes!, 0)) : about;
}

/** 170052171 -> `170.1 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
