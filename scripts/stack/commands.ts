import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export interface Outcome {
  /** undefined when the command could not be run or was killed. */
  readonly code: number | undefined;
  /** stdout and stderr, in the order in which they came. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  readonly input?: string;
}

/** Runs a command to its end. Never throws: a command that is missing has no code. */
export const run = (
  command: string,
  args: readonly string[],
  { input = '', ...options }: RunOptions = {},
): Promise<Outcome> =>
  new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.stdin.on('error', () => undefined).end(input);
    child.once('error', (err) => resolve({ code: undefined, output: `${output}${err.message}` }));
    child.once('close', (code) => resolve({ code: code ?? undefined, output }));
  });

/** Where a command is found on PATH. */
export const onPath = async (command: string): Promise<string | undefined> => {
  for (const dir of (process.env.PATH ?? '').split(delimiter).filter((part) => part !== '')) {
    const path = join(dir, command);
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
};
