import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { SetupError } from './report.mjs';

/** Ctrl-C reaches us twice: from the terminal, and from npm, which passes on what it got itself. */
const sameRequestMs = 1_000;
const parentPollMs = 1_000;

const exitCodeOf = (code, signal) => code ?? 128 + (constants.signals[signal] ?? 0);

/**
 * Runs children one at a time and passes requests to stop on to the present one: SIGINT, SIGTERM and
 * SIGHUP, and the death of the npm that started us (which npm cannot tell when it is killed).
 */
export const createRelay = () => {
  let child;
  let stopSignal;
  let lastRequestAt = Number.NEGATIVE_INFINITY;

  const stop = (signal) => {
    const now = performance.now();
    if (now - lastRequestAt < sameRequestMs) return;
    lastRequestAt = now;
    stopSignal = signal;
    if (child) child.kill(signal);
    else process.exit(exitCodeOf(null, signal));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));

  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid;
    const poll = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(poll);
      stop('SIGHUP');
    }, parentPollMs);
    poll.unref();
  }

  const settled = (command, event) =>
    new Promise((resolve, reject) => {
      child.once('error', (err) =>
        reject(new SetupError(`"${command}" could not be run: ${err.message}`)),
      );
      child.once(event, (code, signal) => resolve(exitCodeOf(code, signal)));
    }).finally(() => {
      child = undefined;
    });

  return {
    /** Runs a command to its end and keeps its output. Does not return when we were told to stop. */
    capture: async (command, args, options) => {
      child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
      const output = { stdout: '', stderr: '' };
      for (const stream of ['stdout', 'stderr']) {
        child[stream].setEncoding('utf8').on('data', (text) => {
          output[stream] += text;
        });
      }
      const code = await settled(command, 'close');
      if (stopSignal) process.exit(exitCodeOf(null, stopSignal));
      return { code, ...output };
    },

    /**
     * Runs the task itself with our terminal; resolves with the exit code for us to take. The IPC
     * channel carries no messages: its end tells the task that we are gone, however we died.
     */
    handOver: (command, args, options) => {
      child = spawn(command, args, { ...options, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
      return settled(command, 'exit');
    },
  };
};
