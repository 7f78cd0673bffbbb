import { traceContext } from '@drover/shared/tracing/trace-context';
import { z } from 'zod';

/** The job is a step of a workflow: its outcome is recorded, and what needed it begins. */
export const stepTask = z.object({
  /** The workflow's id, of the job's own partition. */
  workflow: z.string(),
  step: z.string(),
  /** The step's place in its workflow, from 0. */
  index: z.int(),
});

export type StepTask = z.output<typeof stepTask>;

/** Somebody is to be told of the job's end. */
export const webhookTask = z.object({
  /** Stand here, too, for the job may be gone by then. */
  tenant: z.string(),
  type: z.string(),
  /** Where the submission asks to be told, and of which ends; default all. */
  url: z.string().optional(),
  events: z.array(z.string()).optional(),
  /** Ids of the registered endpoints that were concerned when it was submitted. */
  endpoints: z.array(z.string()).optional(),
  /** What the deliveries are a part of. */
  trace: traceContext.optional(),
});

export type WebhookTask = z.output<typeof webhookTask>;

/** The job is a run of a schedule, which shows how it ended. */
export const scheduleTask = z.object({
  /** `tenant/id` of the schedule. */
  schedule: z.string(),
  /** The name of the run. */
  run: z.string(),
});

export type ScheduleTask = z.output<typeof scheduleTask>;

/**
 * What is to be done when a job has ended, by kind; a job may have several. It stands in the job's own
 * data, too, so that each round of a job that is retried has the same.
 */
export const settleTasks = z.object({
  step: stepTask.optional(),
  webhook: webhookTask.optional(),
  schedule: scheduleTask.optional(),
});

export type SettleTasks = z.output<typeof settleTasks>;
