import { type Config, configExitCode, loadConfig } from '../config.ts';
import { CodedError, toError } from '../errors.ts';
import { createLog, type Log } from '../log.ts';
import { deadlineIn } from './deadline.ts';
import { memoryAtRest } from './memory-at-rest.ts';
import { checkNode } from './node-version.ts';
import { type Component, createStack } from './stack.ts';

/** Time for closing connections after the grace that running jobs get. */
const closingMs = 5_000;

/** A signal within this time of another is the same Ctrl-C, delivered twice; a later one is impatience. */
const impatientAfterMs = 1_000;

/** Time that a stop has left after the second signal: for handing jobs back, and closing connections. */
const hurriedMs = 3_000;

/** Exit status of a stop that was cut short: 128 + SIGINT. */
const cutShortExitCode = 130;

/** Lists the process's components in the order in which they start. */
export type Compose = (config: Config, log: Log) => readonly Component[];

/**
 * The outcome of something that people set up: the environment, a job file, a schedule. When it is
 * wrong, the process ends with what is to be mended, and without a stack trace.
 */
const wellSetUp = async <T>(make: () => T | Promise<T>): Promise<T> => {
  try {
    return await make();
  } catch (err) {
    if (!(err instanceof CodedError)) throw err;
    process.stderr.write(`${err.message}\n`);
    return process.exit(configExitCode);
  }
};

/**
 * The life of a Drover process: check Node, read the configuration, load the code, start, run until SIGTERM or
 * SIGINT, stop in reverse order within SHUTDOWN_GRACE, exit. A second signal ends the grace: running
 * jobs are handed back, and all has to be over within {@link hurriedMs}. A third one ends the process.
 *
 * Exit status: 0 after a clean stop, 1 when something failed or did not stop in time, 78 when the
 * configuration, a job file or a schedule is wrong, 130 when a stop was cut short: by a third signal,
 * or because it was not over in time after the second.
 *
 * @param absorbs whether an error that nobody caught has been dealt with, so that the process goes on;
 *   by default it never has.
 */
export const runProcess = async (
  name: string,
  load: () => Promise<Compose>,
  absorbs: (thrown: unknown) => boolean = () => false,
): Promise<void> => {
  const startedAt = performance.now();
  await wellSetUp(checkNode);
  const config = await wellSetUp(loadConfig);
  const log = await createLog(name, config.log);
  const components = await wellSetUp(async () => (await load())(config, log));
  const stack = createStack([...components, memoryAtRest()], log);

  let stopping: Promise<void> | undefined;
  let exitCode = 0;
  const stopAndExit = async (reason: string) => {
    const stoppedAt = performance.now();
    log.info({ reason }, 'stopping');
    const { drainMs, graceMs } = config.lifecycle;
    const unclean = await stack.stop(deadlineIn(drainMs + graceMs + closingMs));
    log.info({ unclean, tookMs: Math.round(performance.now() - stoppedAt) }, 'stopped');
    process.exit(unclean.length > 0 ? 1 : exitCode);
  };
  const stop = (reason: string) => {
    stopping ??= stopAndExit(reason);
  };

  const hurry = () => {
    log.warn('asked again: the grace is over');
    setTimeout(() => process.exit(cutShortExitCode), hurriedMs).unref();
    stack.hurry();
  };

  let signals = 0;
  let lastSignalAt = Number.NEGATIVE_INFINITY;
  const onSignal = (signal: NodeJS.Signals) => {
    const isSame = performance.now() - lastSignalAt <= impatientAfterMs;
    if (isSame) return;
    lastSignalAt = performance.now();
    signals += 1;
    if (signals === 1) stop(signal);
    else if (signals === 2) hurry();
    else process.exit(cutShortExitCode);
  };

  /** Ends the process with 1, but in good order: what fails here is not the running jobs' fault. */
  const fail = (thrown: unknown, what: string) => {
    if (absorbs(thrown)) return;
    log.fatal({ err: toError(thrown) }, what);
    exitCode = 1;
    stop(what);
  };

  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('uncaughtException', (thrown) => fail(thrown, 'uncaught exception'));
  process.on('unhandledRejection', (thrown) => fail(thrown, 'unhandled rejection'));
  // Whoever read our output is gone; that is no reason to drop running jobs.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

  try {
    await stack.start();
    if (!stopping) log.info({ startMs: Math.round(performance.now() - startedAt) }, 'ready');
  } catch (err) {
    fail(err, 'could not start');
  }
};
