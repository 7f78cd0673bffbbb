import type { Ending } from '../execution/ending.ts';
import type { Layer } from '../execution/layer.ts';
import type { JobMetrics } from './job-metrics.ts';

/** Counts every attempt, and the time that it waited and took. */
export const measured =
  (metrics: Pick<JobMetrics, 'begun' | 'over'>): Layer<Ending> =>
  async (attempt, next) => {
    metrics.begun(attempt);
    const ending = await next(attempt);
    metrics.over(attempt, ending);
    return ending;
  };
