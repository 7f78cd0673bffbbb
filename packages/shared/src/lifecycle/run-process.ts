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

  let stopRequestedAt: number | undefined;
  const stop = async (reason: string, status: number) => {
    if (stopRequestedAt !== undefined) {
      if (performance.now() - stopRequestedAt > impatientAfterMs) process.exit(130);
      return;
    }
    stopRequestedAt = performance.now();
    log.info({ reason }, 'stopping');
    const unclean = await stack.stop(deadlineIn(config.lifecycle.graceMs + closingMs));
    log.info({ unclean, tookMs: Math.round(performance.now() - stopRequestedAt) }, 'stopped');
    process.exit(unclean.length > 0 ? 1 : status);
  };

  const fail = (thrown: unknown, what: string) => {
    const err = toError(thrown);
    log.fatal({ err }, what);
    void stop(what, 1);
  };

  process.on('SIGTERM', () => void stop('SIGTERM', 0));
  process.on('SIGINT', () => void stop('SIGINT', 0));
  process.on('uncaughtException', (thrown) => fail(thrown, 'uncaught exception'));
  process.on('unhandledRejection', (thrown) => fail(thrown, 'unhandled rejection'));
  // Whoever read our output is gone; that is no reason to drop running jobs.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

  try {
    await stack.start();
    if (stopRequestedAt === undefined) {
      log.info({ startMs: Math.round(performance.now() - startedAt) }, 'ready');
    }
  } catch (err) {
    fail(err, 'could not start');
  }
};
