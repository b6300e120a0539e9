// The table in Markdown, its columns aligned: it reads as well in a terminal.

const columns = [
  { title: 'what', cell: ({ what }) => what },
  { title: 'who', cell: ({ who }) => who },
  { title: 'measured', cell: ({ value }) => value, isNumber: true },
  { title: 'beside', cell: ({ beside }) => beside ?? '–' },
  { title: 'measured', cell: ({ other }) => other ?? '–', isNumber: true },
  {
    title: 'ratio',
    cell: ({ ratio }) => (ratio === undefined ? '–' : number(ratio)),
    isNumber: true,
  },
  { title: 'target', cell: ({ target }) => target?.text ?? '–' },
  { title: '', cell: verdict },
];

function verdict({ target, ratio, measured }) {
  if (target === undefined) return '';
  return target.isMet({ ratio, value: measured }) ? 'met' : '**missed**';
}

const number = (value) => value.toFixed(value < 10 ? 2 : 1);

export function createTable(rows) {
  const lines = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const widths = columns.map(({ title }, index) =>
    Math.max(3, title.length, ...lines.map((cells) => cells[index].length)),
  );
  const write = (cells) =>
    '| ' +
    `${cells.map((cell, index) => (columns[index].isNumber ? cell.padStart(widths[index]) : cell.padEnd(widths[index]))).join(' | ')} ` +
    '|';
  const rule = columns.map(({ isNumber }, index) =>
    isNumber ? `${'-'.repeat(widths[index] - 1)}:` : '-'.repeat(widths[index]),
  );
  return [write(columns.map(({ title }) => title)), write(rule), ...lines.map(write)].join('\n');
}

export const countMissed = (rows) => rows.filter((row) => verdict(row) === '**missed**').length;
