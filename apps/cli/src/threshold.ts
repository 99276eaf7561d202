/** The score above which a picture is called defective. @throws Error unless `auto` or a number between 0 and 1. */
export function thresholdAsked(asked: string): number {
  if (asked === 'auto') return 0.5;
  const threshold = Number(asked);
  if (asked.trim() !== '' && threshold > 0 && threshold < 1) return threshold;
  throw new Error(`--threshold takes auto or a number between 0 and 1, got "${asked}"`);
}

/** Why a model gives no decisions, and what to do. */
export const uncalibrated = (model: string): string =>
  `${model} does not know what good pictures score, so its scores are the method's own and there is no decision; ` +
  `\`fsad calibrate ${model} --good DIR\` tells it`;
