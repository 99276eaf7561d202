/** The connected regions of a mask. */
export interface Components {
  /** Row by row, 0 outside every region, otherwise the region's number counted from 1 in reading order. */
  readonly labels: Int32Array;
  /** Pixels of region 1, 2, ... */
  readonly sizes: readonly number[];
}

/** Numbers the 8-connected regions of non-zero pixels (diagonal neighbours belong together). */
export function connectedComponents(mask: {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}): Components {
  const { width, height, data } = mask;
  const labels = new Int32Array(width * height);
  const sizes: number[] = [];
  const pending: number[] = [];
  for (let start = 0; start < labels.length; start++) {
    if (!data[start] || labels[start]) continue;
    const label = sizes.push(0);
    labels[start] = label;
    pending.push(start);
    while (pending.length > 0) {
      const pixel = pending.pop() as number;
      sizes[label - 1]++;
      const x = pixel % width;
      const y = (pixel - x) / width;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const neighbour = ny * width + nx;
          if (!data[neighbour] || labels[neighbour]) continue;
          labels[neighbour] = label;
          pending.push(neighbour);
        }
      }
    }
  }
  return { labels, sizes };
}
