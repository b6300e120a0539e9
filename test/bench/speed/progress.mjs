// What is going on, on stderr: stdout is the table's. A list where somebody watches, plain lines
// where not.
import {
  DefaultRenderer,
  Listr,
  ListrLogger,
  PRESET_TIMER,
  ProcessOutput,
  SimpleRenderer,
} from 'listr2';

/** Of use whenever stderr is a terminal, though stdout may go into a file. */
class ListOnStderr extends DefaultRenderer {
  static nonTTY = true;
}

/** Runs steps one after another. Each is `(say) => result`; gives the results by the same names. */
export async function inSteps(steps) {
  const results = {};
  const tasks = Object.entries(steps).map(([name, { title, run }]) => ({
    title,
    task: async (_, task) => {
      results[name] = await run((text) => (task.output = text), results);
    },
  }));
  // The second stream is for errors only, and must not be the same: the renderer borrows both and
  // gives both back.
  const processOutput = new ProcessOutput(process.stderr, process.stdout);
  const list = new Listr(tasks, {
    renderer: process.stderr.isTTY ? ListOnStderr : SimpleRenderer,
    rendererOptions: {
      logger: new ListrLogger({ useIcons: true, processOutput, toStderr: [] }),
      timer: PRESET_TIMER,
    },
  });
  await list.run();
  return results;
}
