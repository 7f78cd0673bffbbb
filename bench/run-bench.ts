import { parseArgs } from 'node:util';
import { toError } from '../packages/shared/src/errors.ts';
import { onStopRequests } from '../scripts/stack/stop-requests.ts';

const interruptedExitCode = 130;

/** What a benchmark has opened and must close again. Later ones are closed first. */
export type Resources = AsyncDisposableStack;

/** Opens things for a while: they are closed when `use` is over, or earlier with everything else. */
export const forAWhile = async <T>(
  resources: Resources,
  use: (own: Resources) => Promise<T>,
): Promise<T> => {
  const own = resources.use(new AsyncDisposableStack());
  try {
    return await use(own);
  } finally {
    await own.disposeAsync();
  }
};

/** What a benchmark has found: the same for programs and for people. */
export interface Findings {
  readonly json: object;
  readonly text: string;
}

/** What is going on, on stderr: stdout is for the findings. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** What the command line says beside the part: texts by the names of the options. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** A benchmark, or one part of it. */
export type Bench = (resources: Resources, options: Options) => Promise<Findings>;

/** The part that the command line names; without a name, the benchmark as a whole. */
const choose = (whole: Bench, parts: Readonly<Record<string, Bench>>, name?: string): Bench => {
  const bench = name === undefined ? whole : parts[name];
  if (bench) return bench;
  const names = Object.keys(parts).join(', ');
  throw new Error(`There is no part "${name}" here.${names && ` Parts: ${names}.`}`);
};

interface Choice {
  readonly whole: Bench;
  readonly parts: Readonly<Record<string, Bench>>;
  /** Names of options with a value. */
  readonly options: readonly string[];
}

const perform = async (
  { whole, parts, options }: Choice,
  resources: Resources,
): Promise<number> => {
  try {
    const { values, positionals } = parseArgs({
      options: {
        ...Object.fromEntries(options.map((name) => [name, { type: 'string' as const }])),
        json: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
    const bench = choose(whole, parts, positionals[0]);
    const { json, text } = await bench(resources, values);
    console.log(values.json ? JSON.stringify(json) : `\n${text}`);
    return 0;
  } catch (thrown) {
    // What an interruption closes under the benchmark makes it fail: nobody wants to hear of that.
    if (!resources.disposed) say(toError(thrown).message);
    return 1;
  }
};

/**
 * Runs a benchmark, or that of its parts which the first argument names, and prints what it finds, as
 * one line of JSON with `--json`. Closes what it opened, also when it fails or is interrupted. Ends
 * the process: 0 whatever the figures are, 1 when something broke, 130 when it was interrupted.
 * @param options names of options with a value, which the benchmark is given.
 */
export const runBench = async (
  bench: Bench,
  parts: Readonly<Record<string, Bench>> = {},
  options: readonly string[] = [],
): Promise<never> => {
  const resources = new AsyncDisposableStack();
  const interrupted = Promise.withResolvers<number>();
  onStopRequests({
    stop: () => interrupted.resolve(interruptedExitCode),
    // The guards of the processes end them when we end.
    force: () => process.exit(interruptedExitCode),
  });
  const performing = perform({ whole: bench, parts, options }, resources);
  const exitCode = await Promise.race([performing, interrupted.promise]);
  await resources.disposeAsync();
  process.exit(exitCode);
};
