/**
 * `oidc-provider` warns on the console that it is made for newer releases of Node (it works on this one all the same), and that it keeps
 * everything in memory (all that a sample wants). Both are true and neither helps somebody who has just typed `npm start`. There is no
 * option for them, so these two are left out while it loads; any other warning still comes through.
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
