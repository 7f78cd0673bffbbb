import { addJobs } from '@drover/jobs/adding/add-jobs';
import type { JobType } from '@drover/jobs/definition/define-job';
import { toQueuedJob } from '@drover/jobs/record/queued-job';
import { systemTenant } from '@drover/jobs/schedules/definition';
import type { View } from '@drover/jobs/views/define-view';
import { toError } from '@drover/shared/errors';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { QueueSet } from '@drover/shared/queues/queue-set';

/** Of schedulers that start together, one has the cache warmed; in milliseconds. */
const togetherMs = 60_000;

/** Has the pages that views declare loaded into the cache when the scheduler starts. */
export const warmAtStart = (options: {
  views: readonly View[];
  queues: QueueSet;
  /** `cache.warm`. */
  type: JobType;
  /** How many partitions new jobs are spread over. */
  partitions: number;
  log: Log;
}): Component => {
  const { views, queues, type, partitions, log } = options;
  const additionOf = ({ name }: View) => {
    const dedupe = { key: `start ${name}`, mode: 'throttle', ttl: togetherMs } as const;
    const submission = { type, payload: { view: name }, options: { dedupe }, tenant: systemTenant };
    return { job: toQueuedJob(submission, { partitions }) };
  };
  return {
    name: 'cache warming',
    start: async () => {
      const added = await addJobs(queues, views.filter((it) => it.warm.length > 0).map(additionOf));
      for (const it of added) {
        if (it.outcome !== 'failed') continue;
        log.warn({ reason: toError(it.error).message }, 'the cache is not warmed');
      }
    },
    stop: async () => undefined,
  };
};
