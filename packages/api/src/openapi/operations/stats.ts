import { type Figures, type Stats, stats } from '@drover/jobs/contract/stats';
import { statsQuery } from '../../stats/query.ts';
import { json, type Operation } from '../operation.ts';

const figures: Figures = {
  jobs: 1_204,
  outcomes: { succeeded: 1_180, failed: 19, canceled: 4, expired: 1 },
  retries: 57,
  wait: { p50: 12, p95: 310, p99: 1_270 },
  run: { p50: 84, p95: 512, p99: 2_040 },
};

const hours: Stats = {
  by: 'hour',
  since: '2026-08-30T09:00:00.000Z',
  until: '2026-08-30T11:00:00.000Z',
  type: null,
  refreshedAt: '2026-08-30T10:13:00.041Z',
  totals: figures,
  series: [
    { at: '2026-08-30T09:00:00.000Z', ...figures },
    {
      at: '2026-08-30T10:00:00.000Z',
      jobs: 0,
      outcomes: { succeeded: 0, failed: 0, canceled: 0, expired: 0 },
      retries: 0,
      wait: null,
      run: null,
    },
  ],
  types: [{ type: 'email.send', ...figures }],
};

export const readJobStats: Operation = {
  id: 'getStats',
  tag: 'Jobs',
  summary: 'Read statistics',
  description:
    'What became of your jobs: how many ended in each hour or day, in UTC, how they ended, how often they were tried again, and how long they waited and ran. A job counts where it ended last: one that is run again leaves the hour in which it had failed. The figures are those of `refreshedAt`, a minute ago at most where a scheduler and a worker run; percentiles are within 5 %. By the hour for 31 days at most, by the day for 400: statistics outlive the jobs in the history.',
  query: statsQuery,
  answers: {
    200: {
      description: 'The figures.',
      headers: ['ETag', 'Age', 'Warning'],
      content: json(stats, { hours: { summary: 'Two hours', value: hours } }),
    },
  },
  problems: ['invalid-parameters'],
  conditional: true,
};
