import type { Figures } from './tally.ts';

/** A condition that a test is held against, and how it went. */
export interface Criterion {
  readonly name: string;
  readonly seen: string;
  readonly isMet: boolean;
}

/** What an answer may take, in milliseconds. */
export const latencyLimitsMs = { p50: 100, p95: 300, p99: 1_000 } as const;

/** Largest part of the requests that may fail, and that may be refused. */
export const failureLimit = 0.001;

export const milliseconds = (ms: number): string => {
  if (Number.isNaN(ms)) return '-';
  return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
};

const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((part / whole) * 100).toFixed(part === 0 ? 0 : 3)} %`;

const rare = (name: string, part: number, whole: number): Criterion => ({
  name: `${name} < ${failureLimit * 100} %`,
  seen: `${percent(part, whole)} (${part} of ${whole})`,
  isMet: whole > 0 && part / whole < failureLimit,
});

export const judgeErrors = ({ failed, sent }: Figures): Criterion => rare('errors', failed, sent);

/** Being asked to come back is no error, but a load of which much is refused is not carried. */
export const judgeRefusals = ({ refused, sent }: Figures): Criterion =>
  rare('refused', refused, sent);

export const judgeLatency = ({ latencyMs }: Figures): Criterion[] =>
  (['p50', 'p95', 'p99'] as const).map((name) => ({
    name: `${name} < ${latencyLimitsMs[name]} ms`,
    seen: milliseconds(latencyMs[name]),
    isMet: latencyMs[name] < latencyLimitsMs[name],
  }));

/** All criteria of a load that is to be carried. */
export const judge = (figures: Figures): Criterion[] => [
  ...judgeLatency(figures),
  judgeErrors(figures),
  judgeRefusals(figures),
];

export const allMet = (criteria: readonly Criterion[]): boolean =>
  criteria.every(({ isMet }) => isMet);
