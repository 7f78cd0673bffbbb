import type { QueuedJob } from '@drover/jobs/record/queued-job';
import { newJobId } from '@drover/shared/job-id';

/** A job that has a settle job: a step of a workflow that there is not. */
export const settledJob = (more: Partial<QueuedJob['opts']> = {}): QueuedJob => {
  const id = newJobId('demo', 0);
  const workflow = newJobId('workflow', 0);
  return {
    id,
    queue: 'demo',
    partition: 0,
    name: 'demo.echo',
    data: {
      tenant: 'test',
      payload: { value: 1 },
      settle: { step: { workflow, step: 'a', index: 0 } },
    },
    opts: { attempts: 1, priority: 5, ...more },
    timestamp: Date.now(),
  };
};
