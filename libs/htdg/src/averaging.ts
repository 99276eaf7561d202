import type { NetworkState } from '@fsad/patch-network';
import type { Tensor } from '@fsad/tensors';

/** The mean of `count` states, given the mean of the first count - 1 and the last one; running statistics are averaged like weights. */
export function averageIn(mean: NetworkState | null, state: NetworkState, count: number): NetworkState {
  if (!mean) return state;
  const result = new Map<string, Tensor>();
  for (const [name, { shape, data }] of state) {
    const before = mean.get(name)!.data;
    result.set(name, { shape, data: data.map((value, i) => before[i] + (value - before[i]) / count) });
  }
  return result;
}
