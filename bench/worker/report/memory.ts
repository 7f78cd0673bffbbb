import type { MemoryWindow } from '../../http/memory.ts';
import { flatness, megabytes } from '../../http/report/memory.ts';
import { type Promised, promises } from '../../http/report/promise.ts';
import type { Findings } from '../../run-bench.ts';
import { type Row, table } from '../../table.ts';
import { memoryPlan } from '../memory.ts';

export const memoryPromises = (windows: readonly MemoryWindow[]): Promised[] => [
  flatness(
    'resident memory',
    windows.map(({ resident }) => resident),
  ),
  flatness(
    'heap after a full collection',
    windows.map(({ heap }) => heap),
  ),
];

export const memoryFindings = (windows: readonly MemoryWindow[]): Findings => {
  const { warmUp, jobsPerWindow, concurrency } = memoryPlan;
  const thousands = (jobs: number) => `${jobs / 1_000} 000`;
  const rows = windows.map(
    ({ resident, heap }, index): Row => [
      `  ${thousands((index + 1) * jobsPerWindow)}`,
      megabytes(resident),
      megabytes(heap),
    ],
  );
  const text = [
    table([['Memory of the worker in MB, by jobs', 'resident', 'heap'], ...rows]),
    promises('Farthest of any window from the median', memoryPromises(windows)),
    `Resident: the least seen during the window. Before it, ${thousands(warmUp)} jobs to warm up; concurrency ${concurrency}.`,
  ].join('\n\n');
  return {
    json: { unit: 'bytes', plan: memoryPlan, windows, promises: memoryPromises(windows) },
    text,
  };
};
