import { root } from '../scripts/checkout.ts';
import { describeExit, type Guarded, spawnGuarded } from '../scripts/stack/guarded.ts';
import type { Resources } from './run-bench.ts';

/** A program of a benchmark: a path from the checkout's root, run by Node in a process of its own. */
export interface Program {
  readonly name: string;
  readonly entry: string;
  /** Options of Node, before the program's path. */
  readonly nodeOptions?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const graceSeconds = 10;

/** What Node itself needs of our environment; nothing else may colour the figures. */
const nodeEnvironment = () =>
  Object.fromEntries(
    ['PATH', 'NODE_COMPILE_CACHE'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/**
 * Starts a program; what it writes goes to stderr.
 * @param untilReady resolves when the program is ready, or when the signal says that it never will be.
 * @throws Error when it ends before it is ready, or the benchmark is over already.
 */
export const startProgram = async (
  resources: Resources,
  { name, entry, nodeOptions = [], env }: Program,
  untilReady: (ended: AbortSignal) => Promise<void>,
): Promise<Guarded> => {
  // Whoever interrupts a benchmark while it starts wants nothing more to be started.
  if (resources.disposed) throw new Error(`${name} is not wanted any more`);
  const running = await spawnGuarded({
    name,
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ...nodeOptions, entry],
    cwd: root,
    env: { ...nodeEnvironment(), ...env },
    output: process.stderr.fd,
    stopSignal: 'SIGTERM',
    graceSeconds,
  });
  resources.defer(async () => void (await running.stop()));

  const ended = new AbortController();
  const exit = running.exited.then((how) => {
    ended.abort();
    return how;
  });
  const how = await Promise.race([exit, untilReady(ended.signal)]);
  if (how) throw new Error(`${name} ${describeExit(how)} before it was ready`);
  return running;
};
