import { duration } from '@drover/shared/duration';
import { z } from 'zod';
import { jobStatus } from './job-resource.ts';
import { submissionOptions } from './submission.ts';

/** Shortest and longest interval of a schedule, in milliseconds: 1 s, 366 days. */
export const minEveryMs = 1_000;
export const maxEveryMs = 366 * 86_400_000;

/** Largest payload and options of a schedule, in bytes of JSON: each is kept in Redis, twice. */
export const maxScheduledBytes = 65_536;

/** Runs that are kept of a schedule, beside those whose jobs have not ended. */
export const keptRuns = 10;

/** Slots to come that a schedule shows. */
export const shownSlots = 5;

export const defaultSchedules = 50;
export const maxSchedules = 100;

export const scheduleId = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,62}$/,
    'expected lower-case letters, digits and hyphens, 63 at most, a letter first',
  );

const overlap = z.enum(['allow', 'skip']);
const misfire = z.enum(['run-once', 'skip']);

const policies = {
  overlap: overlap
    .default('allow')
    .describe('`skip`: no run while the job of an earlier one has not ended'),
  misfire: misfire
    .default('run-once')
    .describe(
      'What becomes of slots that are found more than a minute late, after an outage: `run-once` runs one job for all of them, `skip` none',
    ),
  enabled: z.boolean().default(true).describe('One that is not enabled has no slots'),
};

/** Body of `PUT /schedules/:id`. The cron, the zone, the type and its payload are checked as well. */
export const scheduleInput = z
  .strictObject({
    cron: z
      .string()
      .max(200)
      .optional()
      .describe(
        'Five fields (minute, hour, day of month, month, day of week), or six with the second first; instead of `every`',
      ),
    every: duration
      .refine((ms) => ms >= minEveryMs && ms <= maxEveryMs, 'expected 1s at least, 366d at most')
      .optional()
      .describe('Interval, counted from 1970-01-01T00:00:00Z; instead of `cron`'),
    timezone: z
      .string()
      .max(100)
      .optional()
      .describe('IANA zone of the cron, whose clock changes it follows; default UTC'),
    type: z.string().describe('Job type'),
    payload: z.unknown().optional(),
    options: submissionOptions.optional().describe('As of a submission, without `runAt`'),
    ...policies,
  })
  .superRefine(({ cron, every, timezone, options }, context) => {
    const problem = (path: string[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    if ((cron === undefined) === (every === undefined)) {
      problem(['cron'], 'give cron or every: one of the two');
    }
    if (timezone !== undefined && cron === undefined) problem(['timezone'], 'every has no zone');
    if (options?.runAt !== undefined) {
      problem(['options', 'runAt'], 'a schedule sets the time itself');
    }
  })
  .meta({ id: 'ScheduleInput' });

export const schedulePatch = z.strictObject({ enabled: z.boolean() }).meta({ id: 'SchedulePatch' });

const scheduleRun = z
  .strictObject({
    trigger: z.enum(['clock', 'manual']),
    slot: z.iso.datetime().describe('When it was due'),
    at: z.iso.datetime().describe('When it was decided on'),
    lateMs: z.number().describe('The time between the two'),
    outcome: z
      .enum(['submitted', 'skipped', 'refused'])
      .describe('`refused`: the type or its payload is no longer valid'),
    reason: z.string().nullable().describe('Why no job was submitted'),
    job: z
      .strictObject({
        id: z.string(),
        status: jobStatus.nullable().describe('`null`: the job is gone, and how it ended unknown'),
        finishedAt: z.iso.datetime().nullable(),
        self: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'ScheduleRun' });

export const scheduleResource = z
  .strictObject({
    id: z.string(),
    tenant: z.string(),
    declared: z
      .boolean()
      .describe('It stands in the code of the scheduler; operators may trigger and disable it'),
    cron: z.string().nullable(),
    every: z.int().nullable().describe('Milliseconds'),
    timezone: z.string(),
    description: z.string().describe('When it is due, in words'),
    type: z.string(),
    payload: z.unknown().optional(),
    options: z.record(z.string(), z.unknown()).nullable().describe('As they were given'),
    overlap,
    misfire,
    enabled: z.boolean(),
    problem: z
      .string()
      .nullable()
      .describe('Why it cannot run: its type is gone, or its payload does not fit any more'),
    next: z.array(z.iso.datetime()).describe(`The next ${shownSlots} slots, if it is enabled`),
    runs: z
      .array(scheduleRun)
      .describe(`The last ${keptRuns} runs and those that have not ended, the latest first`),
    repairs: z
      .int()
      .describe(
        'How often it had fallen silent or out of step, and was set right by the scheduler',
      ),
    createdAt: z.iso.datetime().nullable().describe('`null` for a declared one'),
    updatedAt: z.iso.datetime().nullable(),
    links: z.strictObject({ self: z.string(), trigger: z.string() }),
  })
  .meta({ id: 'Schedule' });

export const schedulePage = z
  .strictObject({ items: z.array(scheduleResource), nextCursor: z.string().nullable() })
  .meta({ id: 'SchedulePage' });

/** A schedule as a client writes it. */
export type ScheduleInput = z.input<typeof scheduleInput>;
export type ValidScheduleInput = z.output<typeof scheduleInput>;
export type ScheduleResource = z.output<typeof scheduleResource>;
export type ScheduleRun = z.output<typeof scheduleRun>;
export type SchedulePage = z.output<typeof schedulePage>;
