import { median } from '../../percentiles.ts';
import { type Row, table } from '../../table.ts';
import { type MemoryWindow, memoryPlan } from '../memory.ts';
import { type Promised, promises } from './promise.ts';

/** Farthest that any window may be from the median of all, as a share of it. */
const tolerance = 0.1;

export const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

/** How far the windows lie from their median, at most. */
const spreadOf = (values: readonly number[]) => {
  const middle = median(values);
  return Math.max(...values.map((value) => Math.abs(value / middle - 1)));
};

/** The promise that a figure stays what it is over all windows. */
export const flatness = (name: string, values: readonly number[]): Promised => ({
  name,
  figure: `${(spreadOf(values) * 100).toFixed(1)} %`,
  note: `${megabytes(values.at(0) ?? 0)} MB first, ${megabytes(values.at(-1) ?? 0)} MB last`,
  target: `<= ${tolerance * 100} %`,
  isMet: spreadOf(values) <= tolerance,
});

const promisesOf = (windows: readonly MemoryWindow[]) => [
  flatness(
    'resident memory',
    windows.map(({ resident }) => resident),
  ),
  flatness(
    'heap after a full collection',
    windows.map(({ heap }) => heap),
  ),
];

export const memoryFindings = (windows: readonly MemoryWindow[]) => {
  const { warmUp, submissionsPerWindow, connections } = memoryPlan;
  const rows = windows.map(
    ({ resident, heap }, index): Row => [
      `  ${((index + 1) * submissionsPerWindow) / 1_000} 000`,
      megabytes(resident),
      megabytes(heap),
    ],
  );
  const text = [
    table([['Memory of the API in MB, by submissions', 'resident', 'heap'], ...rows]),
    '',
    promises('Farthest of any window from the median', promisesOf(windows)),
    '',
    `Resident: the least seen during the window. Before it, ${warmUp / 1_000} 000 submissions to warm up; ${connections} connections.`,
  ].join('\n');
  return {
    json: { unit: 'bytes', plan: memoryPlan, windows, promises: promisesOf(windows) },
    text,
  };
};
