import type { Added, Addition } from '@drover/jobs/adding/addition';
import type { Metrics } from '@drover/shared/metrics/metrics';
import type { JobStore } from '../jobs/store.ts';
import type { WorkflowStore } from '../workflows/store.ts';
import { apiMetrics } from './definitions.ts';

/** The store, counting what is added to it. Job types are those of the catalog. */
export const countJobs = (store: JobStore, metrics: Metrics | undefined): JobStore => {
  if (!metrics) return store;
  const submissions = metrics.counter(apiMetrics.submissions);
  const count = ({ job }: Addition, outcome: Added['outcome'] = 'failed') =>
    submissions.inc({ type: job.name, queue: job.queue, outcome });
  return {
    ...store,
    add: async (additions) => {
      const added = await store.add(additions);
      for (const [n, addition] of additions.entries()) count(addition, added[n]?.outcome);
      return added;
    },
    addOne: (addition) => {
      const adding = store.addOne(addition);
      adding.then(
        ({ outcome }) => count(addition, outcome),
        () => count(addition),
      );
      return adding;
    },
  };
};

/** The same of workflows. */
export const countWorkflows = (
  store: WorkflowStore,
  metrics: Metrics | undefined,
): WorkflowStore => {
  if (!metrics) return store;
  const submissions = metrics.counter(apiMetrics.workflows);
  return {
    ...store,
    submit: async (...args) => {
      const submitted = await store.submit(...args);
      submissions.inc({ outcome: submitted.outcome });
      return submitted;
    },
  };
};
