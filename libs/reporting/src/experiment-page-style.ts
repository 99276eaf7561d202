/** Rules of an experiment's page alone, after the common ones. */
export const experimentPageStyle = `
h4{margin:14px 0 4px;font-size:13px;font-weight:500;color:var(--faded)}
.strip{display:flex;flex-wrap:wrap;gap:12px}
.strip figure{width:96px}
.strip figure.views2{width:195px}
.strip figure>div{display:grid;grid-auto-flow:column;grid-auto-columns:1fr;gap:3px}
.strip img{width:100%}
.strip figcaption{font-size:12px;overflow-wrap:anywhere;margin-top:4px}
.strip strong{color:var(--ink);font-weight:600}
`;
