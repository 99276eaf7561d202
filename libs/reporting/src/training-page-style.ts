/** Rules of the training page alone, after the common ones. */
export const trainingPageStyle = `
.opening{display:grid;grid-template-columns:minmax(0,250px) minmax(0,250px) 1fr;gap:24px;margin:32px 0 0;align-items:start}
.seen img{width:100%;margin:0 0 8px}
.seen.several div{display:grid;grid-template-columns:repeat(auto-fill,minmax(84px,1fr));gap:6px}
.seen.several img{margin:0}
.facts{margin:0 0 0 20px;display:grid;grid-template-columns:repeat(3,auto);gap:22px 32px;justify-content:start}
.facts dt{color:var(--faded);font-size:13px}
.facts dd{margin:0;font-weight:600}
.facts .main{grid-column:1/-1}
.facts .main dd{font-size:clamp(52px,9vw,84px);line-height:1.02;letter-spacing:-.035em}
.facts .main dd.note{font-size:13.5px;line-height:1.45;font-weight:400;letter-spacing:0;margin-top:6px;max-width:34em}
h3 small{color:var(--faded);font-weight:400;margin-left:6px}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:20px 18px;margin:10px 0 8px}
.card .views{display:grid;grid-auto-flow:column;grid-auto-columns:1fr;gap:3px}
.card img{width:100%}
.meter{position:relative;height:3px;background:var(--line);margin:7px 0 4px;border-radius:2px}
.meter i{position:absolute;inset:0 auto 0 0;background:var(--normal);border-radius:2px}
.anomalous .meter i{background:var(--anomalous)}
.meter b{position:absolute;top:-3px;bottom:-3px;width:1px;background:var(--ink)}
.card figcaption{display:flex;flex-wrap:wrap;gap:0 8px;font-size:12.5px}
.card figcaption span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;max-width:12em}
.card strong{color:var(--ink);font-weight:600}
.card em{color:var(--anomalous);font-style:normal;font-weight:600}
table.scales{font-size:13px}
.scales th,.scales td{border:0;padding:4px 10px 4px 0;vertical-align:middle}
.scales td img{width:128px}
@media (max-width:860px){.opening{grid-template-columns:1fr 1fr;gap:20px 14px}.facts{grid-column:1/-1;margin:0}.seen.several{grid-column:1/-1}}
@media (max-width:560px){.cards{grid-template-columns:repeat(2,1fr);gap:14px 10px}.facts{grid-template-columns:repeat(2,auto);gap:16px 24px}.legend img{width:90px}.scales td img{width:84px}.scales th[scope=col]{white-space:nowrap}.scales th[scope=row]{font-size:12px}}
`;
