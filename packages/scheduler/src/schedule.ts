import type { Catalog } from '@drover/jobs/catalog';
import type { JobType } from '@drover/jobs/definition/define-job';
import { CodedError } from '@drover/shared/errors';
import { didYouMean } from '@drover/shared/nearest';
import { z } from 'zod';

/** A job that is submitted by the clock. */
export interface Schedule {
  /** Unique, kebab-case. */
  id: string;
  /** Five fields, or six with seconds first. */
  cron: string;
  /** IANA name of the zone that the cron's hours are in; daylight saving follows it. */
  timezone: string;
  type: string;
  payload: unknown;
}

/** A schedule whose job type is known and whose payload fits it. */
export interface CheckedSchedule extends Schedule {
  job: JobType;
}

/** @throws CodedError `schedule-invalid`, naming the schedule. */
export const checkSchedule = (schedule: Schedule, catalog: Catalog): CheckedSchedule => {
  const job = catalog.get(schedule.type);
  if (!job) {
    const hint = didYouMean(schedule.type, catalog.names);
    throw new CodedError(
      'schedule-invalid',
      `The schedule "${schedule.id}" names the job type "${schedule.type}", which there is not.${hint}`,
    );
  }
  const payload = job.payload.safeParse(schedule.payload);
  if (!payload.success) {
    throw new CodedError(
      'schedule-invalid',
      `The payload of the schedule "${schedule.id}" does not fit ${schedule.type}:\n${z.prettifyError(payload.error)}`,
    );
  }
  return { ...schedule, job };
};
