import { judged, threshold } from '../state.ts';
import { counted, score } from './words.ts';

const BINS = 40;
const [WIDTH, HEIGHT] = [400, 64];

/** How many of the pictures shown have which score, by what they are marked as, and the threshold among them. */
export function Histogram() {
  const kinds = ['good', null, 'bad'] as const;
  const counts = Array.from({ length: BINS }, () => new Map<string | null, number>());
  for (const { score: value, mark } of judged.value) {
    const bin = counts[Math.min(BINS - 1, Math.floor(value * BINS))];
    bin.set(mark, (bin.get(mark) ?? 0) + 1);
  }
  const most = Math.max(1, ...counts.map((bin) => [...bin.values()].reduce((a, b) => a + b, 0)));
  const above = judged.value.filter(({ score: value }) => value > threshold.value).length;
  const words = `${counted(judged.value.length, 'score', 'scores')}, ${above} above the threshold of ${score(threshold.value)}`;
  const unit = (HEIGHT - 2) / most;
  return (
    <svg
      class="histogram"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={words}
      preserveAspectRatio="none"
    >
      {counts.flatMap((bin, i) => {
        let top = HEIGHT;
        return kinds.map((kind) => {
          const height = (bin.get(kind) ?? 0) * unit;
          top -= height;
          return height > 0 ? (
            <rect
              key={`${i}${kind}`}
              class={kind ?? 'unmarked'}
              x={(i * WIDTH) / BINS + 0.5}
              y={top}
              width={WIDTH / BINS - 1}
              height={height}
            />
          ) : null;
        });
      })}
      <line x1={threshold.value * WIDTH} x2={threshold.value * WIDTH} y1="0" y2={HEIGHT} />
    </svg>
  );
}
