import type { Result } from './result.ts';

export interface Line {
  readonly name: string;
  readonly values: readonly { readonly atMs: number; readonly value: number }[];
}

/** Lines that share a chart, in one unit. */
export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
}

const lineOf = (
  points: Result['points'],
  name: 'perSecond' | 'p50' | 'p95' | 'p99' | 'refused' | 'failed',
  label: string = name,
): Line => ({
  name: label,
  values: points.map((point) => ({ atMs: point.atMs, value: point[name] })),
});

/** What a report draws. */
export const chartsOf = ({ points, processes }: Result): Chart[] => [
  {
    title: 'Right answers',
    unit: 'a second',
    lines: [lineOf(points, 'perSecond', 'answers')],
  },
  {
    title: 'Latency',
    unit: 'ms',
    lines: [lineOf(points, 'p50'), lineOf(points, 'p95'), lineOf(points, 'p99')],
  },
  {
    title: 'Errors and refusals',
    unit: 'requests',
    lines: [lineOf(points, 'failed', 'errors'), lineOf(points, 'refused')],
  },
  ...(processes.length > 0
    ? [
        {
          title: 'Memory',
          unit: 'MiB',
          lines: processes.map(({ name, memory }) => ({
            name,
            values: memory.map(({ atMs, value }) => ({ atMs, value: value / 2 ** 20 })),
          })),
        },
      ]
    : []),
];
