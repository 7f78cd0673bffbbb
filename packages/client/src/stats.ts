import type { Stats } from '@drover/jobs/contract/stats';
import type { Transport } from './http/transport.ts';
import type { CallOptions } from './operations.ts';

export type JobStats = Stats;

export interface StatsOptions extends CallOptions {
  /** What one element of the series is; default `hour`. Both are those of UTC. */
  by?: 'hour' | 'day' | undefined;
  /** RFC 3339; default a day before `until`, by the day 30 days. At most 31 days, by the day 400. */
  since?: string | undefined;
  /** RFC 3339; default now. */
  until?: string | undefined;
  /** Of this job type alone. */
  type?: string | undefined;
}

/** What became of jobs, by the hour or day in which they ended; needs the role `read`. */
export const readStats = async (
  transport: Transport,
  { by, since, until, type, signal }: StatsOptions = {},
): Promise<JobStats> => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ by, since, until, type })) {
    if (value !== undefined) query.set(name, value);
  }
  const path = query.size === 0 ? 'stats' : `stats?${query}`;
  const request = { method: 'GET', path, retry: 'always', signal } as const;
  return (await transport.request<Stats>(request)).body;
};
