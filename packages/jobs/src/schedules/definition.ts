import { hash } from 'node:crypto';
import type { Timing } from './slots.ts';

/** What a schedule submits: a submission as it was given. */
export interface ScheduledJob {
  readonly type: string;
  readonly payload?: unknown;
  /** As a client writes them: durations may be texts. */
  readonly options?: unknown;
}

/** A schedule, checked; as it is kept. */
export interface ScheduleDefinition {
  readonly tenant: string;
  readonly id: string;
  /** It stands in the scheduler's code. */
  readonly declared: boolean;
  readonly timing: Timing;
  readonly job: ScheduledJob;
  readonly overlap: 'allow' | 'skip';
  readonly misfire: 'run-once' | 'skip';
}

/** Whose the declared schedules are, and the jobs that they submit. */
export const systemTenant = 'system';

/** Names a schedule among those of all tenants. */
export const scheduleKey = ({ tenant, id }: Pick<ScheduleDefinition, 'tenant' | 'id'>): string =>
  `${tenant}/${id}`;

/** Changes with anything of the schedule. */
export const scheduleFingerprint = (definition: ScheduleDefinition): string => {
  const { tenant, id, declared, timing, job, overlap, misfire } = definition;
  const { type, payload, options } = job;
  const text = JSON.stringify([
    tenant,
    id,
    declared,
    timing,
    type,
    payload,
    options,
    overlap,
    misfire,
  ]);
  return hash('sha256', text, 'hex').slice(0, 32);
};
