import { decodeFailure } from '@drover/jobs/record/failure';
import type { StoredJob } from '@drover/shared/queues/stored-job';

/** The stacks of the attempts that failed, as far as they are kept, by the number of the attempt. */
export const stacksOf = ({ traces }: Pick<StoredJob, 'traces'>): ReadonlyMap<number, string> => {
  const stacks = traces.flatMap((trace): [number, string][] => {
    const failure = decodeFailure(trace);
    const end = trace.indexOf('\n');
    const stack = end < 0 ? '' : trace.slice(end + 1).trim();
    return failure && stack !== '' ? [[failure.attempt, stack]] : [];
  });
  return new Map(stacks);
};
