import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../scripts/checkout.ts';
import { freePort } from '../../scripts/stack/ports.ts';

/** A line of the log of `npm start`, whoever of its processes wrote it. */
export interface LogLine {
  readonly level: number;
  readonly time: string;
  readonly name: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** What `npm start` records of itself and of the processes that it has started. */
export interface StackRecord {
  readonly pid: number;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A start of Drover as `npm start` does it, on free ports. */
export interface RunningStart extends AsyncDisposable {
  /** Every line of stdout until now, as it was printed. */
  readonly lines: readonly string[];
  readonly stderr: () => string;
  readonly exited: Promise<Exit>;
  readonly api: string;
  /** Resolves with the first line that matches, printed already or yet to come. */
  line(matches: (line: LogLine) => boolean): Promise<LogLine>;
  record(): Promise<StackRecord>;
  signal(name: NodeJS.Signals): void;
}

/** A data folder that is removed in the end. Postgres can enter it also when the tests run as root. */
export const makeDataDir = async (): Promise<{ path: string } & AsyncDisposable> => {
  const path = await mkdtemp(join(tmpdir(), 'drover-start-'));
  await chmod(path, 0o711);
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
};

export const freePorts = async (): Promise<Record<string, string>> => {
  const [api, worker, scheduler] = await Promise.all([freePort(), freePort(), freePort()]);
  return { PORT: `${api}`, WORKER_PORT: `${worker}`, SCHEDULER_PORT: `${scheduler}` };
};

const parse = (line: string): LogLine | undefined => {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
};

export interface StartOptions {
  readonly data: { readonly path: string };
  /** Variables beyond PATH, HOME, DATA_DIR and free ports. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Begins a start; does not wait for anything. Disposing of it stops it, if it still runs. */
export const beginStart = async ({ data, env = {} }: StartOptions): Promise<RunningStart> => {
  const ports = { ...(await freePorts()), ...env };
  const child = spawn(process.execPath, ['scripts/run.mjs', 'start'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      // As under npm: should the test be killed, the start notices that its parent is gone.
      npm_lifecycle_event: 'start',
      DATA_DIR: data.path,
      ...ports,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const news = new EventTarget();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    news.dispatchEvent(new Event('line'));
  });
  // "close", not "exit": the processes below share its output and may outlive it.
  let isOver = false;
  const exited = once(child, 'close').then(([code, signal]): Exit => {
    isOver = true;
    news.dispatchEvent(new Event('line'));
    return { code, signal };
  });

  const find = (matches: (line: LogLine) => boolean) =>
    lines.map(parse).find((line) => line !== undefined && matches(line));

  const line = async (matches: (line: LogLine) => boolean): Promise<LogLine> => {
    for (;;) {
      const found = find(matches);
      if (found) return found;
      if (isOver) {
        throw new Error(`npm start ended without that line:\n${lines.join('\n')}\n${stderr}`);
      }
      await once(news, 'line');
    }
  };

  return {
    lines,
    stderr: () => stderr,
    exited,
    api: `http://127.0.0.1:${ports['PORT']}`,
    line,
    record: async () => JSON.parse(await readFile(join(data.path, 'stack.json'), 'utf8')),
    signal: (name) => void child.kill(name),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
};

/** The line that says that all is ready. */
export const isBanner = ({ name, msg }: LogLine): boolean => name === 'start' && msg === 'ready';

/** A start that has become ready. */
export const startDrover = async (options: StartOptions): Promise<RunningStart> => {
  const drover = await beginStart(options);
  await drover.line(isBanner);
  return drover;
};
