import { createCatalog } from '@drover/jobs/catalog';
import type { JobType } from '@drover/jobs/definition/define-job';
import { type ScheduleDefinition, scheduleKey } from '@drover/jobs/schedules/definition';
import { type FiringParts, fireSlot } from '@drover/jobs/schedules/fire';
import { installSchedule } from '@drover/jobs/schedules/install';
import { createSchedulePlace, type SchedulePlace } from '@drover/jobs/schedules/place';
import { type Run, readRuns } from '@drover/jobs/schedules/runs';
import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet, type QueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { inject } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';

/** Schedules of a test on the real Redis, whose clock stands still until it is set. */
export interface Schedules extends AsyncDisposable {
  readonly queues: QueueSet;
  readonly place: SchedulePlace;
  readonly parts: FiringParts;
  clock: number;
  /** Writes a schedule through to BullMQ. */
  install(changes?: Partial<ScheduleDefinition>): Promise<ScheduleDefinition>;
  /** Fires a slot of it, as a worker does that has been handed its job. */
  fire(schedule: ScheduleDefinition, slot?: number): Promise<Run | undefined>;
  runs(schedule: ScheduleDefinition): Promise<Run[]>;
  /** How many jobs there are in the queue of the demonstration types. */
  countJobs(): Promise<number>;
  /** The catalog from now on. */
  useTypes(types: readonly JobType[]): void;
}

export const hourly: ScheduleDefinition = {
  tenant: 'acme',
  id: 'hourly',
  declared: false,
  timing: { cron: '0 * * * *', timezone: 'UTC' },
  job: { type: 'demo.echo', payload: { value: 'hello' } },
  overlap: 'allow',
  misfire: 'run-once',
};

/** On the hour. */
export const noon = Date.parse('2027-01-05T12:00:00Z');

export const openSchedules = async (partitions = 1): Promise<Schedules> => {
  const log = silentLog();
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
  const keys = createKeys(randomPrefix());
  const queues = createQueueSet({ redis, keys, log });
  const place = createSchedulePlace({ redis, keys, log });
  const parts: FiringParts = {
    queues,
    catalog: createCatalog({ production: false }),
    partitions,
    webhooks: { directory: { forJob: () => [], forWorkflow: () => [] }, mayReach: () => true },
    log,
    now: () => schedules.clock,
  };
  const schedules: Schedules = {
    queues,
    place,
    parts,
    clock: noon,
    install: async (changes = {}) => {
      const definition = { ...hourly, ...changes };
      await installSchedule(place, definition);
      return definition;
    },
    fire: (schedule, slot = noon) => fireSlot(parts, { schedule: scheduleKey(schedule), slot }),
    runs: async (schedule) => {
      const { byName } = await readRuns(queues, scheduleKey(schedule));
      return [...byName.values()].sort((one, other) => one.slot - other.slot);
    },
    countJobs: async () => {
      const counts = await Promise.all(
        Array.from({ length: partitions }, (_, n) => queues.get('demo', n).getJobCounts()),
      );
      return counts.flatMap((it) => Object.values(it)).reduce((sum, n) => sum + n, 0);
    },
    useTypes: (types) => {
      parts.catalog = createCatalog({ production: false, types });
    },
    [Symbol.asyncDispose]: async () => {
      await place.component.stop(deadlineIn(1_000));
      await queues.stop(deadlineIn(1_000));
      await redisComponent(redis).stop(deadlineIn(1_000));
    },
  };
  return schedules;
};

/** Ends a job as a worker would that has succeeded. */
export const endJob = async (queues: QueueSet, id: string): Promise<void> => {
  const { queue, partition } = parseJobId(id) as JobAddress;
  const { redis, keys } = queues;
  await redis.hset(keys.inQueue(queue, partition, id), 'finishedOn', Date.now());
};
