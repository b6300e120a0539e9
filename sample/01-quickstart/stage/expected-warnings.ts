/**
 * `oidc-provider` warns about the version of Node, which works, and about its in-memory adapter,
 * which the sample wants. It has no option to turn these warnings off, so this function drops these
 * two while the provider loads. Other warnings are printed.
 */
const expected = [/Unsupported runtime/, /in-memory adapter/];

export async function withoutExpectedWarnings<T>(load: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = (...args: unknown[]) => {
    if (!expected.some((pattern) => pattern.test(String(args[0])))) warn(...args);
  };
  try {
    return await load();
  } finally {
    console.warn = warn;
  }
}
