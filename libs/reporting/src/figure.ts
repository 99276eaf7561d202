import { encodePng, renderSvg, textWidth } from '@fsad/images';
import type * as Vega from 'vega';
import type * as VegaLite from 'vega-lite';
import { figureConfig } from './theme.ts';

/** One plot of a figure: a Vega-Lite view with layers and its own data. */
export type Panel = Record<string, unknown>;

/** A drawn figure: its Vega-Lite source and its SVG, the same bytes every time and on every machine. */
export interface Figure {
  readonly spec: VegaLite.TopLevelSpec;
  readonly svg: string;
}

/** Vega's text measurement, which its type declarations leave out. */
interface TextMetrics {
  width(item: { fontSize?: number; fontWeight?: string | number }, text: unknown): number;
}

/** Vega and Vega-Lite, opened when first needed: commands that draw nothing need not wait for them. */
let drawing: Promise<{ vega: typeof Vega; compile: typeof VegaLite.compile }> | undefined;

async function openDrawing(): Promise<{ vega: typeof Vega; compile: typeof VegaLite.compile }> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  // Without a canvas Vega guesses widths; measuring the font that is drawn keeps labels in place on every machine.
  const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
  textMetrics.width = (item, text) => {
    const bold = item.fontWeight === 'bold' || Number(item.fontWeight) >= 600;
    let width = 0;
    for (const character of String((text as string | number | null | undefined) ?? ''))
      width += characterWidth(character, bold);
    return (width * (item.fontSize ?? 11)) / 100;
  };
  return { vega, compile };
}

const characterWidths = new Map<string, number>();

function characterWidth(character: string, bold: boolean): number {
  const name = `${bold ? 'b' : 'n'}${character}`;
  let width = characterWidths.get(name);
  if (width === undefined) {
    const weight = bold ? 'bold' : 'normal';
    // Between two bars, since a bounding box has no side bearings.
    width = textWidth(`|${character}|`, 100, weight) - textWidth('||', 100, weight);
    characterWidths.set(name, width);
  }
  return width;
}

/**
 * Draws panels side by side, `columns` a row.
 * @param description one sentence for readers who cannot see the figure
 * @param fit a single panel's width is that of the whole figure, axes and legend within
 */
export async function drawFigure(
  description: string,
  panels: readonly Panel[],
  columns = panels.length,
  fit = false,
): Promise<Figure> {
  const body = panels.length === 1 ? panels[0] : { concat: panels, columns, spacing: 28 };
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description,
    config: figureConfig,
    ...(fit ? { autosize: { type: 'fit-x', contains: 'padding' } } : {}),
    ...body,
  } as unknown as VegaLite.TopLevelSpec;
  const { vega, compile } = await (drawing ??= openDrawing());
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  try {
    return { spec, svg: await view.toSVG() };
  } finally {
    view.finalize();
  }
}

/** A figure as PNG on white, two pixels a unit. */
export async function figurePng({ svg }: Figure): Promise<Uint8Array> {
  return encodePng(renderSvg(svg, 2));
}
