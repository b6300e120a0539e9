import ts from 'typescript';
import { installed } from './support/outside.js';

/**
 * The members of an exported type, of all its variants, with their doc comments as an editor shows
 * them.
 */
function documentation(name: string): Map<string, string> {
  const program = ts.createProgram([installed('dist/index.d.ts')], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(installed('dist/index.d.ts'));
  const module = source && checker.getSymbolAtLocation(source);
  const exported =
    module && checker.getExportsOfModule(module).find((symbol) => symbol.name === name);
  if (exported === undefined) throw new Error(`${name} is not exported`);
  const type = checker.getDeclaredTypeOfSymbol(exported);
  const members = (type.isUnion() ? type.types : [type]).flatMap((variant) =>
    checker.getPropertiesOfType(variant),
  );
  const comments = new Map<string, string>();
  for (const member of members) {
    // An option that a variant rules out needs no words there.
    if (checker.getTypeOfSymbol(member).flags & ts.TypeFlags.Undefined) continue;
    const comment = ts.displayPartsToString(member.getDocumentationComment(checker));
    comments.set(member.name, comments.get(member.name) || comment);
  }
  return comments;
}

test.each(['AuthgearModuleOptions', 'KeysOptions'])(
  'every member of %s is documented in the published types',
  (name) => {
    const undocumented = [...documentation(name)].filter(([, comment]) => comment === '');
    expect(undocumented).toEqual([]);
  },
);

test('the words are there', () => {
  const options = documentation('AuthgearModuleOptions');
  expect([...options.keys()]).toEqual(
    expect.arrayContaining(['issuer', 'audience', 'algorithms', 'keys']),
  );
  expect(options.get('audience')).toMatch(/`aud`/);
});
