/** Rules of an experiment's page alone, after the common ones. */
export const experimentPageStyle = `
details h3{margin:18px 0 6px;font-size:14px;font-weight:600}
.strip{display:flex;flex-wrap:wrap;gap:14px}
.strip figure{width:144px}
.strip img{width:100%}
.strip figcaption,.triptych figcaption{font-size:12.5px;overflow-wrap:anywhere;margin-top:5px}
.strip strong,.triptych strong{color:var(--ink);font-weight:600}
.strip strong{display:block}
.triptychs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,500px),1fr));gap:22px 28px;margin:12px 0}
.triptych>div{display:grid;grid-template-columns:repeat(3,1fr);gap:4px}
.triptych img,.triptych .none{width:100%}
.triptych .none{display:grid;place-items:center;aspect-ratio:1;background:var(--card);border:1px solid var(--line);border-radius:3px;color:var(--faded);font-size:12.5px}
.triptych small{display:block;color:var(--faded);font-size:12px;margin-top:2px}
`;
