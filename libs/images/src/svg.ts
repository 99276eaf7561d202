import { createRequire } from 'node:module';
import { Resvg, type ResvgRenderOptions } from '@resvg/resvg-js';
import type { Image } from './image.ts';

const resolve = createRequire(import.meta.url).resolve;

/** The typeface every drawing uses; it comes with the program, so that pictures are equal on every machine. */
export const drawingFont = 'DejaVu Sans';

const font: ResvgRenderOptions['font'] = {
  loadSystemFonts: false,
  fontFiles: ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => resolve(`dejavu-fonts-ttf/ttf/${file}`)),
  defaultFontFamily: drawingFont,
  sansSerifFamily: drawingFont,
};

/**
 * Renders an SVG on white to an RGB picture. Text is drawn in {@link drawingFont}; no system font is read.
 * @param zoom pixels a unit of the SVG, 1 when left out
 * @throws Error when the SVG cannot be parsed
 */
export function renderSvg(svg: string, zoom = 1): Image {
  const { width, height, pixels } = new Resvg(svg, {
    font,
    fitTo: { mode: 'zoom', value: zoom },
    background: '#ffffff',
  }).render();
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data.set(pixels.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width, height, channels: 3, data };
}

/** Width of a line of text in SVG units. */
export function textWidth(text: string, size: number, weight: 'normal' | 'bold' = 'normal'): number {
  if (text.trim() === '') return 0;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">` +
    `<text x="0" y="0" font-size="${size}" font-weight="${weight}">${escapeXml(text)}</text></svg>`;
  return new Resvg(svg, { font }).getBBox()?.width ?? 0;
}

/** Text made safe for SVG and HTML content and attributes. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
