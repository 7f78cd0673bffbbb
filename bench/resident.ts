import { readFile } from 'node:fs/promises';

/** Memory of a process in bytes. */
export interface Resident {
  /** All its pages in memory, those too that it shares with other processes. */
  readonly rss: number;
  /** The same with each shared page divided among those who share it: sums are true. */
  readonly pss: number;
}

/** @throws Error where the system has no `/proc/<pid>/smaps_rollup`: only Linux has. */
export const residentOf = async (pid: number): Promise<Resident> => {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (name: string) =>
    1_024 * Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(rollup)?.[1]);
  return { rss: bytes('Rss'), pss: bytes('Pss') };
};

/** The most memory that a process has had in all its life (VmHWM), in bytes. Linux only. */
export const peakResidentOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return 1_024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
};
