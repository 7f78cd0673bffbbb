import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
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
  /** Who hears what the child says from now on. */
  listen(listener: (message: FromChild) => void): void;
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

const endOf = async (child: ChildProcess, lastWords: () => string): Promise<ChildEnd> => {
  const closed = once(child, 'close');
  const [code, signal] = await once(child, 'exit');
  await Promise.race([closed, sleep(lastWordsMs)]);
  return { code, signal, lastWords: lastWords() };
};

/**
 * Starts a child and waits until it has loaded the job types.
 * @throws CodedError `isolation-failed` when it does not come to that.
 */
export const startChild = async (briefing: Briefing): Promise<Child> => {
  const code = join(briefing.config.dataDir, 'compile-cache');
  const forked = fork(new URL('./child/main.mjs', import.meta.url), [String(process.pid), code], {
    // Not those of the worker: a profiler or a debugger is meant for one process.
    execArgv: [`--max-old-space-size=${heapMegabytes(briefing)}`],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  // Why a message cannot be sent, the end of the process tells.
  forked.on('error', () => undefined);
  const ended = endOf(forked, followStderr(forked));

  const ready = Promise.withResolvers<void>();
  let listener = (message: FromChild): void => {
    if (message.kind === 'ready') ready.resolve();
  };
  forked.on('message', (message) => {
    if (isFromChild(message)) listener(message);
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
    listen: (hears) => {
      listener = hears;
    },
    kill: () => void forked.kill('SIGKILL'),
  };

  child.send({ kind: 'brief', briefing });
  const died = ended.then(({ code, signal, lastWords }) => {
    throw new Error(`it ended (${signal ?? code}): ${lastWords}`);
  });
  try {
    const started = Promise.race([ready.promise, died]);
    await within(deadlineIn(startTimeoutMs), 'starting a child process', started);
  } catch (cause) {
    child.kill();
    const message = 'the process for the handler could not be started';
    throw new CodedError('isolation-failed', message, { cause });
  }
  died.catch(() => undefined);
  return child;
};
