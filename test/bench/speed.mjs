// How fast: every target in one run, beside the libraries that people use instead. Asserts nothing.
// `--quick` shows that all of it runs.
import { readFile, writeFile } from 'node:fs/promises';
import { measure } from './speed/measure.mjs';
import { createChart } from './speed/report/chart.mjs';
import { describeRun, explain, subtitle } from './speed/report/notes.mjs';
import { createRows } from './speed/report/rows.mjs';
import { countMissed, createTable } from './speed/report/table.mjs';
import { isQuick } from './speed/settings.mjs';

const measured = await measure();
const rows = createRows(measured);
const missed = countMissed(rows);
const summary =
  missed === 0
    ? 'All targets are met.'
    : `${missed} of ${rows.filter(({ target }) => target).length} targets are missed.`;
const report = `${describeRun()} ${summary}\n\n${createTable(rows)}\n\n${explain(measured)}\n`;
console.log(report);

if (isQuick) {
  console.log(
    'A quick run: its figures show that everything works, no more. results.md and ' +
      'results.svg are left as they are.',
  );
} else {
  const path = new URL('results.md', import.meta.url);
  // The section about signatures has a benchmark of its own.
  const [, ...sections] = (await readFile(path, 'utf8')).split('\n## ');
  const kept = sections.map((section) => `\n## ${section}`).join('');
  await writeFile(path, `# Speed\n\nWritten by \`npm run bench\`.\n\n${report}${kept}`);
  await writeFile(new URL('results.svg', import.meta.url), createChart(measured, subtitle()));
}
