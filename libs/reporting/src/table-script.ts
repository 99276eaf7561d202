/**
 * Sorts and filters the tables marked `data-interactive`, and opens what is folded before printing. A page is whole without it: the controls are
 * made here. Runs in a reader's browser, so it is text.
 */
export const tableScript = `
for (const table of document.querySelectorAll('table[data-interactive]')) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const box = document.createElement('label');
  box.className = 'filter';
  const input = document.createElement('input');
  input.type = 'search';
  input.placeholder = 'words, e.g. airplane failed';
  const count = document.createElement('span');
  count.setAttribute('role', 'status');
  box.append('Filter ', input, ' ', count);
  table.closest('.scroll').before(box);
  const filter = () => {
    const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown++;
    }
    count.textContent = words.length ? shown + ' of ' + rows.length : '';
  };
  input.addEventListener('input', filter);
  const value = (row, at) => {
    const text = row.cells[at].dataset.value ?? row.cells[at].textContent.trim();
    return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  };
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') !== 'ascending';
      for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const order = (a, b) => {
        const [first, second] = [value(a, at), value(b, at)];
        const numbers = typeof first === 'number' && typeof second === 'number';
        if (numbers) return first - second;
        if (typeof first !== typeof second) return typeof first === 'number' ? -1 : 1;
        return first.localeCompare(second, 'en');
      };
      rows.sort((a, b) => (up ? order(a, b) : order(b, a)));
      body.append(...rows);
    });
  });
}
addEventListener('beforeprint', () => {
  for (const part of document.querySelectorAll('details')) part.open = true;
});
`;
