import { toInstant } from '@drover/shared/instant';
import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Catalog } from '../catalog.ts';
import { type ScheduleResource, type ScheduleRun, shownSlots } from '../contract/schedule.ts';
import { toResource } from '../record/job-resource.ts';
import { type ScheduleDefinition, scheduleKey } from './definition.ts';
import { resolveSchedule } from './resolve.ts';
import { type Run, toRuns } from './runs.ts';
import { upcomingSlots } from './slots.ts';
import { timingInWords } from './words.ts';

/** A schedule of either kind. */
export interface AnySchedule {
  readonly definition: ScheduleDefinition;
  readonly enabled: boolean;
  readonly createdAt?: Date;
  readonly updatedAt?: Date;
}

interface Parts {
  queues: QueueSet;
  catalog: Catalog;
}

/** Runs that were closed tell how their jobs ended; of the others the jobs themselves are asked. */
const jobOfRun = async (queues: QueueSet, run: Run): Promise<ScheduleRun['job']> => {
  const address: JobAddress | undefined = run.job === undefined ? undefined : parseJobId(run.job);
  if (!address) return null;
  const self = `/jobs/${address.id}`;
  if (!run.open) {
    const finishedAt = run.endedAt === undefined ? null : toInstant(run.endedAt);
    return { id: address.id, status: run.status ?? null, finishedAt, self };
  }
  const stored = await queues.read(address);
  const job = stored && toResource(address, stored);
  return {
    id: address.id,
    status: job?.status ?? null,
    finishedAt: job?.finishedAt ?? null,
    self,
  };
};

const toScheduleRun = async (queues: QueueSet, run: Run): Promise<ScheduleRun> => ({
  trigger: run.trigger,
  slot: toInstant(run.slot),
  at: toInstant(run.at),
  lateMs: run.at - run.slot,
  outcome: run.outcome,
  reason: run.reason ?? null,
  job: await jobOfRun(queues, run),
});

const latestFirst = (one: Run, other: Run) => other.slot - one.slot;

/** What Redis knows of a schedule. */
const readHistory = async ({ redis, keys }: QueueSet, schedule: string) => {
  const [fields, repairs] = await Promise.all([
    redis.hgetall(keys.scheduleRuns(schedule)),
    redis.hget(keys.scheduleRepairs, schedule),
  ]);
  return {
    runs: [...toRuns(fields).byName.values()].sort(latestFirst),
    repairs: Number(repairs ?? 0),
  };
};

/** A schedule as clients see it, with its last runs and its next slots. */
export const toScheduleResource = async (
  { queues, catalog }: Parts,
  { definition, enabled, createdAt, updatedAt }: AnySchedule,
): Promise<ScheduleResource> => {
  const { id, tenant, declared, timing, job, overlap, misfire } = definition;
  const { runs, repairs } = await readHistory(queues, scheduleKey(definition));
  const resolved = resolveSchedule(definition, { catalog });
  return {
    id,
    tenant,
    declared,
    cron: 'every' in timing ? null : timing.cron,
    every: 'every' in timing ? timing.every : null,
    timezone: 'every' in timing ? 'UTC' : timing.timezone,
    description: timingInWords(timing),
    type: job.type,
    ...(job.payload !== undefined && { payload: job.payload }),
    options: (job.options ?? null) as ScheduleResource['options'],
    overlap,
    misfire,
    enabled,
    problem: 'problem' in resolved ? resolved.problem : null,
    next: enabled ? upcomingSlots(timing, Date.now(), shownSlots).map(toInstant) : [],
    runs: await Promise.all(runs.map((run) => toScheduleRun(queues, run))),
    repairs,
    createdAt: createdAt?.toISOString() ?? null,
    updatedAt: updatedAt?.toISOString() ?? null,
    links: { self: `/schedules/${id}`, trigger: `/schedules/${id}/trigger` },
  };
};
