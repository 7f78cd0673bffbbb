import type { Role } from '../drover.ts';
import { type Machine, machineLine } from '../machine.ts';
import type { Resident } from '../resident.ts';
import { table, verdict } from '../table.ts';

/** The promise: api, worker and scheduler together stay under this, in bytes. */
export const targetBytes = 400_000_000;

export interface Footprint extends Resident {
  readonly role: Role;
}

export interface Results {
  readonly idleMs: number;
  readonly machine: Machine;
  readonly processes: readonly Footprint[];
}

const totalOf = (processes: readonly Footprint[]): Resident => ({
  rss: processes.reduce((sum, { rss }) => sum + rss, 0),
  pss: processes.reduce((sum, { pss }) => sum + pss, 0),
});

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);

/** The figures, their sum and the verdict, for programs. */
export const toJson = ({ idleMs, machine, processes }: Results) => {
  const total = totalOf(processes);
  return {
    unit: 'bytes',
    idleMs,
    machine,
    processes,
    total,
    target: targetBytes,
    met: total.rss < targetBytes,
  };
};

/** The same for people. */
export const toText = (results: Results): string => {
  const { idleMs, machine, processes } = results;
  const { total, met } = toJson(results);
  return [
    table([
      ['Memory of the idle processes, in MB', 'resident', 'shared pages counted once'],
      ...processes.map(
        ({ role, rss, pss }) => [`  ${role}`, megabytes(rss), megabytes(pss)] as const,
      ),
      ['  together', megabytes(total.rss), megabytes(total.pss)],
    ]),
    '',
    `resident together under ${megabytes(targetBytes)} MB: ${megabytes(total.rss)}, ${verdict(met)}`,
    '',
    `Read ${idleMs / 1_000} s after all were ready, at the second start. 1 MB is 1 000 000 bytes.`,
    machineLine(machine),
  ].join('\n');
};
