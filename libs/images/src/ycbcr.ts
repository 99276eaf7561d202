/** Y, Cb, Cr of the full range to red, green, blue (ITU-R BT.601, as JFIF has it); further channels stay. */
export function rgbFromYcbcr<Values extends Uint8Array | Uint16Array>(
  values: Values,
  channels: number,
): Values {
  const most = values instanceof Uint16Array ? 65_535 : 255;
  const middle = (most + 1) / 2;
  const rgb = values.slice() as Values;
  const clamp = (value: number): number => Math.max(0, Math.min(most, Math.round(value)));
  for (let i = 0; i < values.length; i += channels) {
    const y = values[i];
    const cb = values[i + 1] - middle;
    const cr = values[i + 2] - middle;
    rgb[i] = clamp(y + 1.402 * cr);
    rgb[i + 1] = clamp(y - 0.344136 * cb - 0.714136 * cr);
    rgb[i + 2] = clamp(y + 1.772 * cb);
  }
  return rgb;
}
