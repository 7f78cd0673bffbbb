import { type Config, configExitCode, loadConfig } from '../config.ts';
import { CodedError, toError } from '../errors.ts';
import { createLog, type Log } from '../log.ts';
import { deadlineIn } from './deadline.ts';
import { type Component, createStack } from './stack.ts';

/** Time for closing connections after the grace that running jobs get. */
const closingMs = 5_000;

/** A second signal within this time is the same Ctrl-C, delivered twice; a later one is impatience. */
const impatientAfterMs = 1_000;

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
 * The life of a Drover process: read the configuration, load the code, start, run until SIGTERM or
 * SIGINT, stop in reverse order within SHUTDOWN_GRACE, exit.
 *
 * Exit status: 0 after a clean stop, 1 when something failed or did not stop in time, 78 when the
 * configuration, a job file or a schedule is wrong, 130 when a second signal cut the stop short.
 */
export const runProcess = async (name: string, load: () => Promise<Compose>): Promise<void> => {
  const startedAt = performance.now();
  const config = await wellSetUp(loadConfig);
  const log = await createLog(name, config.log);
  const components = await wellSetUp(async () => (await load())(config, log));
  const stack = createStack(components, log);

  let stopping: Promise<void> | undefined;
  let exitCode = 0;
  const stopAndExit = async (reason: string) => {
    const stoppedAt = performance.now();
    log.info({ reason }, 'stopping');
    const unclean = await stack.stop(deadlineIn(config.lifecycle.graceMs + closingMs));
    log.info({ unclean, tookMs: Math.round(performance.now() - stoppedAt) }, 'stopped');
    process.exit(unclean.length > 0 ? 1 : exitCode);
  };
  const stop = (reason: string) => {
    stopping ??= stopAndExit(reason);
  };

  let firstSignalAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    firstSignalAt ??= performance.now();
    if (performance.now() - firstSignalAt > impatientAfterMs) process.exit(130);
    stop(signal);
  };

  /** Ends the process with 1, but in good order: what fails here is not the running jobs' fault. */
  const fail = (thrown: unknown, what: string) => {
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
