import { colours, scaleColours, seriesColours } from './theme.ts';

/** Colours of a page by light and dark; the figures' colours are mapped onto them. */
const variables: readonly [name: string, light: string, dark: string][] = [
  ['paper', '#fcfbf9', '#14171a'],
  ['card', '#ffffff', '#1b1f23'],
  ['ink', colours.ink, '#e9e6e1'],
  ['faded', colours.faded, '#a3acb4'],
  ['line', colours.line, '#333a40'],
  ['shade', 'rgba(29,35,41,.22)', 'rgba(233,230,225,.28)'],
  ['normal', colours.normal, '#7db4dc'],
  ['anomalous', colours.anomalous, '#ff8f57'],
];

const declare = (of: (row: readonly [string, string, string]) => string): string =>
  variables.map((row) => `--${row[0]}:${of(row)};`).join('');

/** Drawn colours that need another tone on a dark page. */
const lightened: readonly [drawn: string, dark: string][] = [
  [scaleColours[0], '#a871c9'],
  [scaleColours[1], '#cf6bb0'],
  [scaleColours[2], '#e5697f'],
  [seriesColours[0], '#4aa9e8'],
  [seriesColours[1], '#f28c3f'],
];

const recolour = (drawn: string, to: string): string =>
  `svg [fill="${drawn}"]{fill:${to}}svg [stroke="${drawn}"]{stroke:${to}}`;

const darkFigures = lightened.map(([drawn, dark]) => recolour(drawn, dark)).join('');

/** The style sheet of every page: one column of text, light or dark as the reader's system is, from 320 pixels up. */
export const pageStyle = `
:root{color-scheme:light dark;${declare((row) => row[1])}}
@media screen and (prefers-color-scheme:dark){:root{${declare((row) => row[2])}}${darkFigures}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1120px;margin:0 auto;padding:40px 24px 72px}
h1{font-size:clamp(26px,4.6vw,40px);line-height:1.12;letter-spacing:-.022em;margin:0 0 10px;max-width:22em;text-wrap:balance}
h2{font-size:21px;letter-spacing:-.012em;line-height:1.25;margin:56px 0 6px;padding-top:18px;border-top:1px solid var(--line)}
h3{font-size:16px;margin:28px 0 6px}
p{margin:8px 0;max-width:44em}
a{color:var(--normal)}
code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{margin:6px 0 16px;padding:11px 14px;background:var(--card);border:1px solid var(--line);border-radius:6px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
.kicker{color:var(--faded);font-size:13px;letter-spacing:.04em;margin:0 0 10px}
.lead{font-size:18px;color:var(--faded);max-width:38em}
figure{margin:0}
figcaption,.note{color:var(--faded);font-size:13.5px;line-height:1.45;max-width:46em}
img{display:block;max-width:100%;height:auto;border-radius:3px;background:var(--line)}
img.pixels{image-rendering:pixelated}
svg{display:block;width:100%;height:auto}
.drawing{margin:0 0 6px}
${recolour(colours.paper, 'transparent')}
${(['ink', 'faded', 'line', 'normal', 'anomalous'] as const).map((name) => recolour(colours[name], `var(--${name})`)).join('\n')}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:28px;margin:18px 0;align-items:start}
.drawing.wide{display:none}
@media (min-width:900px){.figures.columns1{grid-template-columns:1fr}.figures.columns2{grid-template-columns:1fr 1fr}.figures.columns3{grid-template-columns:repeat(3,1fr)}.drawing.wide{display:block}.drawing.narrow{display:none}}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr));gap:28px 36px;margin:18px 0;align-items:start}
.scroll{overflow-x:auto;margin:14px 0;scrollbar-width:thin;scrollbar-color:var(--faded) transparent;background:linear-gradient(to right,var(--paper) 30%,transparent) 0 0/40px 100% no-repeat local,linear-gradient(to left,var(--paper) 30%,transparent) 100% 0/40px 100% no-repeat local,linear-gradient(to right,var(--shade),transparent) 0 0/14px 100% no-repeat,linear-gradient(to left,var(--shade),transparent) 100% 0/14px 100% no-repeat}
.scroll:focus-visible{outline:2px solid var(--normal);outline-offset:2px}
td.text{overflow-wrap:break-word}
td.text:first-child,td.text:last-child{min-width:9em}
table{border-collapse:collapse;font-size:14px;line-height:1.35}
th,td{padding:5px 14px 5px 0;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--line)}
th{color:var(--faded);font-weight:500;font-size:13px}
td.number,th.number{text-align:right}
td.number{white-space:nowrap}
th{vertical-align:bottom;line-height:1.25}
th.number{max-width:10.5em}
.headline{white-space:nowrap}
.headline small{display:inline;margin-left:6px}
.legend{display:flex;align-items:center;gap:10px;font-size:13px;color:var(--faded);margin:12px 0}
.legend img{width:160px;height:10px;border-radius:5px}
.filter{display:block;margin:14px 0 0;font-size:14px;color:var(--faded)}
.filter input{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--faded);border-radius:5px;padding:4px 8px;width:min(18em,70%)}
th button{all:unset;cursor:pointer}
th button:hover,th button:focus-visible{color:var(--ink);text-decoration:underline}
th[aria-sort] button::after{content:" ▲"}
th[aria-sort=descending] button::after{content:" ▼"}
td small{display:block;color:var(--faded);font-size:12px}
.scroll th:first-child,.scroll td:first-child{position:sticky;left:0;background:var(--paper)}
tr.total td{font-weight:600}
details{margin:14px 0}
summary{cursor:pointer;color:var(--faded)}
.mark{color:var(--anomalous)}
footer{margin-top:64px;padding-top:16px;border-top:1px solid var(--line);color:var(--faded);font-size:13px}
@page{margin:14mm}
@media print{:root{color-scheme:light;${declare((row) => row[1])}}body{font-size:11px}main{max-width:none;padding:0}.scroll{overflow:visible;background:none}.scroll th:first-child,.scroll td:first-child{position:static;background:none}table,th,td small{font-size:9px}.note,figcaption,footer{font-size:10px}.lead{font-size:13px}td.number{white-space:normal}.filter{display:none}a{color:inherit}h2,h3,h4,summary{break-after:avoid}figure,tr{break-inside:avoid}thead{display:table-header-group}.figures,.figures.columns1,.figures.columns2,.figures.columns3{grid-template-columns:repeat(2,1fr)}.figures.columns1{grid-template-columns:1fr}.columns1 .drawing.wide{display:block}.columns1 .drawing.narrow{display:none}details::details-content{content-visibility:visible;block-size:auto}}
@media (max-width:560px){table{font-size:13px}th,td{padding-right:10px}main{padding:24px 16px 56px}body{font-size:15px}.lead{font-size:16px}h2{margin-top:40px}}
`;
