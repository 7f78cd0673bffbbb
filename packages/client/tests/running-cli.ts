import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const main = resolve(import.meta.dirname, '../src/cli/main.ts');

/** Beside the state of the tests' command lines: loading the program anew takes most of its time. */
const compileCache = join(tmpdir(), 'drover-cli-compile-cache');

/** How a run of the command line ended. */
export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface StartedRun {
  readonly child: ChildProcess;
  readonly ended: Promise<Run>;
  /** Resolves when that has been written to stdout. */
  says(text: string): Promise<void>;
}

/** The `drover` command line as a real process, with a state folder of its own. */
export interface CommandLine extends AsyncDisposable {
  readonly stateDir: string;
  /** @param options.terminal gives it a terminal, by util-linux's `script`. */
  start(
    args: readonly string[],
    options?: { env?: Record<string, string>; terminal?: boolean },
  ): StartedRun;
  run(
    args: readonly string[],
    options?: { env?: Record<string, string>; input?: string },
  ): Promise<Run>;
}

export const commandLine = async (server: string): Promise<CommandLine> => {
  const stateDir = await mkdtemp(join(tmpdir(), 'drover-cli-'));

  const start: CommandLine['start'] = (args, { env = {}, terminal = false } = {}) => {
    const words = [process.execPath, main, ...args];
    const inTerminal = ['script', '-qefc', words.map((word) => `'${word}'`).join(' '), '/dev/null'];
    const [program = '', ...rest] = terminal ? inTerminal : words;
    const child = spawn(program, rest, {
      env: {
        PATH: process.env['PATH'] ?? '',
        DROVER_URL: server,
        XDG_STATE_HOME: stateDir,
        TERM: 'xterm',
        NODE_COMPILE_CACHE: compileCache,
        ...env,
      },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const says = async (text: string) => {
      while (!stdout.includes(text)) await once(child.stdout, 'data');
    };
    const ended = once(child, 'close').then(([code]) => ({ code, stdout, stderr }));
    return { child, ended, says };
  };

  return {
    stateDir,
    start,
    run: (args, { input, ...options } = {}) => {
      const { child, ended } = start(args, options);
      child.stdin?.end(input);
      return ended;
    },
    [Symbol.asyncDispose]: () => rm(stateDir, { recursive: true }),
  };
};
