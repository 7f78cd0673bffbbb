import { toError } from '../../packages/shared/src/errors.ts';
import type { Report } from './report.ts';
import type { Stack, StackOptions } from './stack.ts';
import { startApps } from './start-apps.ts';
import { startServers } from './start-servers.ts';
import { onStopRequests } from './stop-requests.ts';

const forcedExitCode = 130;
const slowMs = 1_000;

const sayWhenSlow = async (report: Report, message: string, work: Promise<void>) => {
  const slow = setTimeout(() => report.info(message), slowMs);
  await work;
  clearTimeout(slow);
};

/** The apps one after another, so that none lacks what it still needs; then the servers. */
const stopInOrder = async (stack: Stack) => {
  for (const app of stack.apps) {
    const running = stack.runningApps.get(app);
    if (running) await sayWhenSlow(stack.report, app.slowStop, running.stop());
  }
  await Promise.all(stack.runningServers.map((server) => server.stop()));
  stack.report.info('stopped');
};

const start = async (stack: Stack) => {
  await startServers(stack);
  if (!stack.ending.aborted) await startApps(stack);
  if (stack.ending.aborted) return;
  stack.isReady = true;
  stack.onReady();
};

/**
 * Runs servers and apps until somebody asks to stop, or running them is of no use any more.
 *
 * @returns the exit code: 0 after a stop that was asked for, 130 when it was forced by asking again,
 * 78 when an app found its configuration wrong, 1 when something ended before all was ready.
 */
export const runStack = (options: StackOptions): Promise<number> => {
  const { report } = options;
  const ending = new AbortController();
  const exitCode = Promise.withResolvers<number>();
  let isForced = false;

  const stack: Stack = {
    ...options,
    runningServers: [],
    runningApps: new Map(),
    urls: {},
    ending: ending.signal,
    isReady: false,
    end: (code) => {
      if (ending.signal.aborted) return;
      ending.abort();
      exitCode.resolve(stopInOrder(stack).then(() => (isForced ? forcedExitCode : code)));
    },
  };

  onStopRequests({
    stop: (reason) => {
      report.info(`stopping: ${reason}`);
      stack.end(0);
    },
    force: () => {
      report.warn('stopping at once');
      isForced = true;
      // The servers still get their time, which is short: it keeps their data in order.
      for (const app of stack.runningApps.values()) app.kill();
    },
  });

  start(stack).catch((thrown) => {
    report.error(toError(thrown).message);
    stack.end(1);
  });
  return exitCode.promise;
};
