import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from '../../scripts/stack/process-identity.ts';

const pollMs = 50;

/** Parent of a process; from Linux's /proc. */
const parentOf = async (pid: string): Promise<number | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The command, in parentheses, may itself hold blanks and parentheses.
  const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  return parent === undefined ? undefined : Number(parent);
};

/** A process and all that it has started, directly or not. Linux only. */
export const familyOf = async (pid: number): Promise<ProcessIdentity[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(
    pids.map(async (name) => [Number(name), await parentOf(name)] as const),
  );
  const family = new Set([pid]);
  let known = 0;
  while (known < family.size) {
    known = family.size;
    for (const [child, parent] of parents) {
      if (parent !== undefined && family.has(parent)) family.add(child);
    }
  }
  const identities = await Promise.all([...family].map(identify));
  return identities.filter((identity) => identity !== undefined);
};

/** Resolves once none of these processes is left; zombies do not count. */
export const untilGone = async (processes: readonly ProcessIdentity[]): Promise<void> => {
  for (const one of processes) {
    while (await isAlive(one)) await sleep(pollMs);
  }
};
