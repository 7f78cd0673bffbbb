import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../../checkout.ts';

const run = promisify(execFile);

/** Room for the log of a whole run, in bytes. */
const maxBuffer = 64 * 1_048_576;

/**
 * Runs `docker` as it is on PATH.
 * @returns standard output. @throws Error with what the command wrote when it fails.
 */
export type Docker = (args: readonly string[]) => Promise<string>;

export const createDocker =
  (env: Readonly<Record<string, string>>): Docker =>
  async (args) => {
    const { stdout } = await run('docker', args, {
      cwd: root,
      env: { ...process.env, ...env },
      maxBuffer,
    }).catch((err: Error & { stderr?: string }) => {
      const output = err.stderr?.trim().split('\n').slice(-20).join('\n');
      throw new Error(`docker ${args.join(' ')} failed:\n${output || err.message}`);
    });
    return stdout;
  };
