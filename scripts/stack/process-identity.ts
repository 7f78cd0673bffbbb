import { readFile } from 'node:fs/promises';
import { run } from './commands.ts';

/** A process, told apart from a later one that was given the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it was started, in a form that means something to this system only. */
  readonly started: string;
}

const field = (stat: string, index: number) =>
  // The second field is the command in parentheses, and may itself hold blanks and parentheses.
  stat.slice(stat.lastIndexOf(')') + 2).split(' ')[index - 3];

/**
 * Start time of a process: from /proc, where there is one, in clock ticks since the boot (field 22 of
 * proc_pid_stat(5)), else as ps tells it.
 * @returns undefined when there is no such process, or but its zombie.
 */
const startOf = async (pid: number): Promise<string | undefined> => {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    return stat === undefined || field(stat, 3) === 'Z' ? undefined : field(stat, 22);
  }
  const { code, output } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]);
  return code === 0 ? output.trim() : undefined;
};

/** @returns undefined when the process is gone already. */
export const identify = async (pid: number): Promise<ProcessIdentity | undefined> => {
  const started = await startOf(pid);
  return started === undefined ? undefined : { pid, started };
};

export const isAlive = async ({ pid, started }: ProcessIdentity): Promise<boolean> =>
  (await startOf(pid)) === started;
