import { apps, nestOf, outside } from './support/outside.js';
import { runNode } from './support/run.js';

interface Report {
  readonly nest: string;
  readonly answers: unknown[];
  /** Seconds from the end of `app.close()` to the end of the process. */
  readonly lingered: number;
}

const ways = ['require.cjs', 'import.mjs'];

describe.each(apps)('an application, %s', (app) => {
  test.each(ways)('by %s: guards its route, and its process ends by itself', async (file) => {
    const { code, stdout, output } = await runNode(outside(app, 'boot'), [file], 30_000);
    expect({ code, output }).toMatchObject({ code: 0 });
    const report = JSON.parse(stdout) as Report;
    expect(report.nest.split('.')[0]).toBe(nestOf[app]);
    expect(report.answers).toEqual([200, { sub: 'user-1' }, 401, 'credentials_missing']);
    expect(report.lingered).toBeLessThan(2);
  });
});
