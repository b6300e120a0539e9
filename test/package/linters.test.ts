import { readFile } from 'node:fs/promises';
import { publint } from 'publint';
import {
  acceptedByAttw,
  acceptedByPublint,
  type AcceptedFinding,
} from './support/accepted-findings.js';
import { tarball } from './support/outside.js';
import { runNode } from './support/run.js';

interface AttwProblem {
  readonly kind: string;
  readonly entrypoint?: string;
  readonly resolutionKind?: string;
  readonly typesFileName?: string;
}

const findingsOf = (accepted: readonly AcceptedFinding[]): Set<string> =>
  new Set(accepted.map(({ finding }) => finding));

test('publint says what is accepted, and no more', async () => {
  const file = await readFile(tarball());
  const { messages } = await publint({ pack: { tarball: new Uint8Array(file).buffer } });
  expect(new Set(messages.map(({ code, path }) => `${code} at ${path.join('.')}`))).toEqual(
    findingsOf(acceptedByPublint),
  );
});

test('attw says what is accepted, and no more', async () => {
  const { stdout, output } = await runNode(process.cwd(), [
    'node_modules/@arethetypeswrong/cli/dist/index.js',
    '--format',
    'json',
    tarball(),
  ]);
  expect(output).toContain('"analysis"');
  const { analysis } = JSON.parse(stdout) as {
    analysis: { entrypoints: Record<string, unknown>; problems: AttwProblem[] };
  };
  expect(Object.keys(analysis.entrypoints)).toEqual(expect.arrayContaining(['.', './testing']));
  const findings = analysis.problems.map(({ kind, entrypoint, resolutionKind, typesFileName }) =>
    [kind, entrypoint, resolutionKind, typesFileName]
      .filter((part) => part !== undefined)
      .join(' '),
  );
  expect(new Set(findings)).toEqual(findingsOf(acceptedByAttw));
});
