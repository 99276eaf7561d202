import { drawingFont } from '@fsad/images';
import type { Config } from 'vega-lite';

/** The colours of figures. A page replaces each by its own variable (see `page-style.ts`), so that figures follow light and dark. */
export const colours = {
  ink: '#1d2329',
  faded: '#5a646e',
  line: '#dedad3',
  paper: '#ffffff',
  normal: '#2f6690',
  anomalous: '#c2410c',
} as const;

/** One colour a series, told apart by colour-blind readers too (after Okabe and Ito), legible on white and on near black. */
export const seriesColours = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#c46a9d',
  '#b58900',
  '#4aa3d6',
  '#7f7f86',
  '#8a6bbf',
] as const;

/** From the coarsest scale to the finest: dark violet to amber, the middle of the heat maps' colours. */
export const scaleColours = ['#57106e', '#8a226a', '#bc3754', '#e35933', '#f98c0a'] as const;

/** The look shared by all figures. */
export const figureConfig: Config = {
  background: colours.paper,
  font: drawingFont,
  padding: 6,
  view: { stroke: null },
  title: { color: colours.ink, fontSize: 12, fontWeight: 'bold', anchor: 'start', offset: 8 },
  axis: {
    labelColor: colours.faded,
    labelFontSize: 11,
    titleColor: colours.faded,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    gridColor: colours.line,
    gridDash: [1, 3],
    domainColor: colours.faded,
    tickColor: colours.faded,
    tickSize: 4,
  },
  legend: {
    labelColor: colours.ink,
    labelFontSize: 11,
    titleColor: colours.faded,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    symbolStrokeWidth: 2,
  },
  line: { strokeWidth: 1.8, strokeJoin: 'round' },
};
