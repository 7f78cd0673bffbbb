import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '@drover/shared/errors';
import { deadlineIn, within } from '@drover/shared/lifecycle/deadline';
import { type Briefing, type FromChild, isFromChild, type ToChild } from './messages.ts';

/** How a child process ended. */
export interface ChildEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last that it wrote to stderr. */
  lastWords: string;
}

/** A process that runs handlers, one at a time. */
export interface Child {
  readonly pid: number | undefined;
  readonly isAlive: boolean;
  /** Resolves when the process is gone. */
  readonly ended: Promise<ChildEnd>;
  /** Numbers the jobs that it is given. */
  newRun(): number;
  /** A message to a process that is gone is lost. */
  send(message: ToChild): void;
  /** Who hears from now on what the child says, and when it is gone; at once if it already is. */
  listen(listener: (message: FromChild) => void, whenGone?: (end: ChildEnd) => void): void;
  /** Ends it at once, whatever it does. */
  kill(): void;
}

/** Longest time from the fork until the child is ready, in milliseconds. */
const startTimeoutMs = 30_000;

/** Characters of stderr that are kept. */
const lastWordsLength = 4_000;

/** How long the last of stderr may come after the end, in milliseconds. */
const lastWordsMs = 500;

const heapMegabytes = ({ config }: Briefing): number =>
  Math.floor(config.isolation.heapBytes / 1_048_576);

/** Hands stderr on and remembers its end. */
const followStderr = (child: ChildProcess) => {
  let lastWords = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk);
    lastWords = (lastWords + chunk.toString()).slice(-lastWordsLength);
  });
  return () => lastWords;
};

/** A process that could not even be made is closed without having exited. */
const endOf = async (child: ChildProcess, lastWords: () => string): Promise<ChildEnd> => {
  type Status = Pick<ChildEnd, 'code' | 'signal'>;
  const exited = new Promise<Status>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const closed = new Promise<Status>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const status = await Promise.race([exited, closed]);
  await Promise.race([closed, sleep(lastWordsMs)]);
  return { ...status, lastWords: lastWords() };
};

/**
 * Starts a child and waits until it has loaded the job types.
 * @param stopping ends it if it is not ready by then.
 * @throws CodedError `isolation-failed` when it does not come to that.
 */
export const startChild = async (briefing: Briefing, stopping: AbortSignal): Promise<Child> => {
  const code = join(briefing.config.dataDir, 'compile-cache');
  const forked = fork(new URL('./child/main.mjs', import.meta.url), [String(process.pid), code], {
    // Not those of the worker: a profiler or a debugger is meant for one process.
    execArgv: [`--max-old-space-size=${heapMegabytes(briefing)}`],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  const ended = endOf(forked, followStderr(forked));

  const ready = Promise.withResolvers<void>();
  // Once it is ready, the end of the process tells why a message cannot be sent.
  forked.on('error', ready.reject);
  let listener = (message: FromChild): void => {
    if (message.kind === 'ready') ready.resolve();
  };
  forked.on('message', (message) => {
    if (isFromChild(message)) listener(message);
  });

  // One listener at a time and not a promise for each run, which would all be kept until the end.
  let end: ChildEnd | undefined;
  let gone: ((end: ChildEnd) => void) | undefined;
  void ended.then((how) => {
    end = how;
    gone?.(how);
  });

  let runs = 0;
  const child: Child = {
    pid: forked.pid,
    get isAlive() {
      return forked.exitCode === null && forked.signalCode === null && forked.connected;
    },
    ended,
    newRun: () => {
      runs += 1;
      return runs;
    },
    send: (message) => void forked.send(message, () => undefined),
    listen: (hears, whenGone) => {
      listener = hears;
      gone = whenGone;
      if (end) gone?.(end);
    },
    kill: () => void forked.kill('SIGKILL'),
  };

  const died = ended.then(({ code, signal, lastWords }) => {
    throw new Error(`it ended (${signal ?? code}): ${lastWords}`);
  });
  const started = Promise.race([ready.promise, died]);
  started.catch(() => undefined);
  stopping.addEventListener('abort', child.kill);
  try {
    child.send({ kind: 'brief', briefing });
    await within(deadlineIn(startTimeoutMs), 'starting a child process', started);
  } catch (cause) {
    child.kill();
    const message = 'the process for the handler could not be started';
    throw new CodedError('isolation-failed', message, { cause });
  } finally {
    stopping.removeEventListener('abort', child.kill);
  }
  return child;
};
