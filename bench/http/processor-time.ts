import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

/** Length of the kernel's clock tick in seconds: 100 a second on every Linux. */
const tickSeconds = 0.01;

/** Processor time that a process has taken since it started, in seconds. Linux only. */
export const processorSecondsOf = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in brackets, may hold anything; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickSeconds;
};

/** Processor time that all processes of the machine have taken since it started, in seconds. */
export const processorSecondsOfAll = (): number =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) /
  1_000;
