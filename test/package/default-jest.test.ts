import { outside } from './support/outside.js';
import { runNode } from './support/run.js';

test('the default Jest of a NestJS 11 application, without any flag', async () => {
  const { code, stdout, output } = await runNode(outside('app11'), [
    'node_modules/jest/bin/jest.js',
    '--ci',
    '--json',
  ]);
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ success: true, numPassedTests: 4, numTotalTests: 4 });
  expect(output).not.toContain('did not exit');
});
