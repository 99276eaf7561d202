import type { DatasetName } from './dataset.ts';
import { sha256 } from './digest.ts';

/**
 * Whether a training image of MNIST, FashionMNIST or CIFAR10 belongs to the tenth reserved for choosing settings: the
 * first 32 bits of SHA-256 over `fsad-validation-v1`, dataset and image id, joined by line feeds, are below 2^32 / 10.
 */
export function isReserved(dataset: DatasetName, id: string): boolean {
  const digest = sha256(`fsad-validation-v1\n${dataset}\n${id}`);
  return parseInt(digest.slice(0, 8), 16) < 2 ** 32 / 10;
}
