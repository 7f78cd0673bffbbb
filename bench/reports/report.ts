import { type Machine, machineLine } from '../machine.ts';
import { table, verdict } from '../table.ts';

/** The promise: a worker that makes a report stays under this, in bytes. */
export const targetBytes = 150_000_000;

/** The promise for seeding a million orders. */
export const targetSeedMs = 60_000;

export interface Measured {
  readonly name: string;
  readonly rows: number;
  readonly ms: number;
  /** Most memory of the worker before the job, and in all, in bytes. */
  readonly idle: number;
  readonly peak: number;
  /** Size of the file, of a report. */
  readonly bytes?: number;
}

export interface Results {
  readonly seedMs: number;
  readonly reports: readonly Measured[];
  readonly imports: readonly Measured[];
  readonly machine: Machine;
}

/** The figures and the verdicts, for programs. */
export const toJson = ({ seedMs, reports, imports, machine }: Results) => ({
  units: { memory: 'bytes', time: 'ms' },
  machine,
  seed: { ms: seedMs, target: targetSeedMs, met: seedMs < targetSeedMs },
  reports: reports.map((it) => ({ ...it, target: targetBytes, met: it.peak < targetBytes })),
  imports,
});

const megabytes = (bytes: number | undefined) =>
  bytes === undefined ? '' : (bytes / 1e6).toFixed(0);
const seconds = (ms: number) => (ms / 1_000).toFixed(1);

const lineOf = ({ name, rows, ms, bytes, idle, peak }: Measured) =>
  [
    `  ${name}`,
    String(rows),
    seconds(ms),
    String(Math.round((rows / ms) * 1_000)),
    megabytes(bytes),
    megabytes(idle),
    megabytes(peak),
  ] as const;

/** The same for people. */
export const toText = (results: Results): string => {
  const { seed, reports, imports } = toJson(results);
  const isLow = reports.every(({ met }) => met);
  return [
    table([
      [
        'One job, in a worker of its own',
        'rows',
        's',
        'rows/s',
        'file, MB',
        'idle, MB',
        'peak, MB',
      ],
      ...[...reports, ...imports].map(lineOf),
    ]),
    '',
    `peak resident memory of each report under ${megabytes(targetBytes)} MB: ${verdict(isLow)}`,
    `seeding a million orders in under ${seconds(targetSeedMs)} s: ${seconds(seed.ms)}, ${verdict(seed.met)}`,
    '',
    'Peaks are the kernel’s (VmHWM), from the start of the process. 1 MB is 1 000 000 bytes.',
    machineLine(results.machine),
  ].join('\n');
};
