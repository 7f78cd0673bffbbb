import { parseArgs } from 'node:util';
import { toError } from '../packages/shared/src/errors.ts';
import { onStopRequests } from '../scripts/stack/stop-requests.ts';

const interruptedExitCode = 130;

/** What a benchmark has opened and must close again. Later ones are closed first. */
export type Resources = AsyncDisposableStack;

/** What a benchmark has found: the same for programs and for people. */
export interface Findings {
  readonly json: object;
  readonly text: string;
}

/** What is going on, on stderr: stdout is for the findings. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);

const perform = async (
  bench: (resources: Resources) => Promise<Findings>,
  resources: Resources,
): Promise<number> => {
  try {
    const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
    const { json, text } = await bench(resources);
    console.log(values.json ? JSON.stringify(json) : `\n${text}`);
    return 0;
  } catch (thrown) {
    // What an interruption closes under the benchmark makes it fail: nobody wants to hear of that.
    if (!resources.disposed) say(toError(thrown).message);
    return 1;
  }
};

/**
 * Runs a benchmark and prints what it finds, as one line of JSON with `--json`. Closes what it opened,
 * also when it fails or is interrupted. Ends the process: 0 whatever the figures are, 1 when something
 * broke, 130 when it was interrupted.
 */
export const runBench = async (
  bench: (resources: Resources) => Promise<Findings>,
): Promise<never> => {
  const resources = new AsyncDisposableStack();
  const interrupted = Promise.withResolvers<number>();
  onStopRequests({
    stop: () => interrupted.resolve(interruptedExitCode),
    // The guards of the processes end them when we end.
    force: () => process.exit(interruptedExitCode),
  });
  const exitCode = await Promise.race([perform(bench, resources), interrupted.promise]);
  await resources.disposeAsync();
  process.exit(exitCode);
};
