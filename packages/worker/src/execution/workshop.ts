import type { Catalog } from '@drover/jobs/catalog';
import type { Services } from '@drover/jobs/definition/services';
import type { WebhookIntake } from '@drover/jobs/webhooks/attach';
import type { ArtifactStore } from '@drover/shared/artifacts/store';
import type { Config } from '@drover/shared/config';
import type { Log } from '@drover/shared/log';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Tracing } from '@drover/shared/tracing/tracing';
import type { IsolationPool } from '../isolation/pool.ts';
import type { JobMetrics } from '../metrics/job-metrics.ts';
import type { RunningJobs } from '../running-jobs.ts';

/** What attempts are made with, the same for every job of a worker process. */
export interface Workshop {
  catalog: Catalog;
  services: Services;
  artifacts: ArtifactStore;
  /** Names this process in the records of attempts: `host:pid`. */
  worker: string;
  /** Where jobs are kept: for their logs, and for telling those who follow them. */
  queues: QueueSet;
  /** How many partitions new jobs are spread over. */
  partitions: number;
  /** Who is told of the ends of jobs that jobs submit. */
  webhooks: WebhookIntake;
  running: RunningJobs;
  /** Runs the handlers that are to be kept apart. */
  isolation: IsolationPool;
  keep: Config['keep'];
  log: Log;
  /** Undefined: nothing is measured. */
  metrics?: JobMetrics | undefined;
  /** Undefined: no traces are sent. */
  tracing?: Pick<Tracing, 'tracer'> | undefined;
}
