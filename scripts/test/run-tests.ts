import { createVitest, parseCLI } from 'vitest/node';
import { root } from '../checkout.ts';
import { onStopRequests } from '../stack/stop-requests.ts';
import { createReporter } from './reporter.ts';
import type { Tally } from './tally.ts';

export const interruptedExitCode = 130;

export interface TestRun {
  /** Somebody asked to stop before the end. */
  readonly wasInterrupted: boolean;
}

/**
 * Runs the tests with vitest, in this process, and counts them in `tally`.
 * @param args arguments of the vitest command line: file filters, `--project unit`, `-t name` …
 * @throws whatever keeps vitest from running at all, such as filters that no file matches.
 */
export const runTests = async (args: readonly string[], tally: Tally): Promise<TestRun> => {
  const { filter, options } = parseCLI(['vitest', 'run', ...args]);
  // One that was asked for reports besides ours, which keeps the count; left in, it would replace it.
  const { reporter: asked = [], ...others } = options as typeof options & { reporter?: string[] };
  const vitest = await createVitest({
    ...others,
    root,
    watch: false,
    reporters: [createReporter(tally), ...asked],
  });

  let wasInterrupted = false;
  // Vitest's own handlers exit at once, and would leave what tests have made lying about.
  for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal);
  onStopRequests({
    stop: () => {
      wasInterrupted = true;
      void vitest.cancelCurrentRun('keyboard-input');
    },
    force: () => process.exit(interruptedExitCode),
  });
  try {
    await vitest.start(filter);
  } finally {
    await vitest.close();
  }
  return { wasInterrupted };
};
