import { jobResource } from '@drover/jobs/contract/job-resource';
import {
  defaultSchedules,
  maxSchedules,
  type ScheduleResource,
  scheduleInput,
  schedulePage,
  schedulePatch,
  scheduleResource,
} from '@drover/jobs/contract/schedule';
import { z } from 'zod';
import { json, type Operation } from '../operation.ts';
import { queuedJob } from './examples.ts';

const id = 'weekday-report';
const job = 'data.0.01k3v9m8x7e6t5r4w3q2p1n0zz';
const payload = { view: 'sales_by_region', format: 'csv' };

const schedule: ScheduleResource = {
  id,
  tenant: 'acme',
  declared: false,
  cron: '30 7 * * 1-5',
  every: null,
  timezone: 'Europe/Berlin',
  description: 'At 07:30, Monday through Friday (Europe/Berlin)',
  type: 'report.generate',
  payload,
  options: { tags: ['daily'] },
  overlap: 'skip',
  misfire: 'run-once',
  enabled: true,
  problem: null,
  next: ['2026-08-31T05:30:00.000Z', '2026-09-01T05:30:00.000Z'],
  runs: [
    {
      trigger: 'clock',
      slot: '2026-08-28T05:30:00.000Z',
      at: '2026-08-28T05:30:00.012Z',
      lateMs: 12,
      outcome: 'submitted',
      reason: null,
      job: {
        id: job,
        status: 'succeeded',
        finishedAt: '2026-08-28T05:30:01.377Z',
        self: `/jobs/${job}`,
      },
    },
  ],
  repairs: 0,
  createdAt: '2026-08-27T15:02:11.004Z',
  updatedAt: '2026-08-27T15:02:11.004Z',
  links: { self: `/schedules/${id}`, trigger: `/schedules/${id}/trigger` },
};

const params = z.object({
  id: z
    .string()
    .describe('The `id` of the schedule.')
    .meta({ examples: [id] }),
});

const whose =
  'A key sees the schedules of its tenant; one with the role `operate` also the declared ones, which stand in the code of the scheduler.';

const shown = json(scheduleResource, { schedule: { summary: 'A schedule', value: schedule } });

export const listSchedules: Operation = {
  id: 'listSchedules',
  tag: 'Schedules',
  summary: 'List schedules',
  description: `The schedules with their last runs and next slots, in the order of their ids. ${whose}`,
  query: z.object({
    limit: z.int().min(1).max(maxSchedules).default(defaultSchedules).describe('Most of the page.'),
    cursor: z.string().max(63).optional().describe('`nextCursor` of the page before.'),
  }),
  answers: {
    200: {
      description: 'A page. `nextCursor` is the `cursor` of the next one.',
      headers: ['ETag'],
      content: json(schedulePage, {
        page: { summary: 'The only page', value: { items: [schedule], nextCursor: null } },
      }),
    },
  },
  problems: [],
  conditional: true,
};

export const readSchedule: Operation = {
  id: 'readSchedule',
  tag: 'Schedules',
  summary: 'Read a schedule',
  description: `A schedule, its last runs and how they ended, and its next slots. ${whose}`,
  params,
  answers: { 200: { description: 'The schedule.', headers: ['ETag'], content: shown } },
  problems: ['schedule-not-found'],
  conditional: true,
};

export const putSchedule: Operation = {
  id: 'putSchedule',
  tag: 'Schedules',
  summary: 'Make or replace a schedule',
  description:
    'Makes a schedule of this id, or replaces the one that there is; its runs stay. A slot that is just due when a schedule is replaced may be dropped.',
  params,
  body: {
    schema: scheduleInput,
    examples: {
      cron: {
        summary: 'By cron, in a time zone',
        value: {
          cron: '30 7 * * 1-5',
          timezone: 'Europe/Berlin',
          type: 'report.generate',
          payload,
          overlap: 'skip',
        },
      },
      every: {
        summary: 'Every ten minutes',
        value: {
          every: '10m',
          type: 'http.request',
          payload: { method: 'GET', url: 'https://example.com/ping' },
          misfire: 'skip',
        },
      },
    },
  },
  answers: {
    200: { description: 'It was replaced.', content: shown },
    201: { description: 'It was made.', headers: ['Location'], content: shown },
  },
  problems: ['invalid-submission', 'unknown-job-type', 'schedule-declared', 'schedule-limit'],
};

export const patchSchedule: Operation = {
  id: 'patchSchedule',
  tag: 'Schedules',
  summary: 'Enable or disable a schedule',
  description:
    'A schedule that is disabled has no slots until it is enabled again; those in between are not made up for. Declared schedules take a key with the role `operate`.',
  params,
  body: {
    schema: schedulePatch,
    examples: { disable: { summary: 'Disable it', value: { enabled: false } } },
  },
  answers: { 200: { description: 'The schedule as it is now.', content: shown } },
  problems: ['schedule-not-found', 'invalid-submission'],
};

export const deleteSchedule: Operation = {
  id: 'deleteSchedule',
  tag: 'Schedules',
  summary: 'Delete a schedule',
  description: 'Deletes a schedule and what is known of its runs; their jobs stay.',
  params,
  answers: { 204: { description: 'It is gone.' } },
  problems: ['schedule-not-found', 'schedule-declared'],
};

export const triggerScheduleNow: Operation = {
  id: 'triggerSchedule',
  tag: 'Schedules',
  summary: 'Run a schedule now',
  description:
    'Submits its job at once, whether or not the schedule is enabled or an earlier job still runs. It counts as a submission. Declared schedules take a key with the role `operate`.',
  params,
  headers: z.object({
    'Idempotency-Key': z
      .string()
      .optional()
      .describe('The same key triggers once, for 24 hours.')
      .meta({ examples: ['8e03978e-40d5-43e8-bc93-6894a57f9324'] }),
  }),
  answers: {
    202: {
      description: 'The job waits for a worker.',
      headers: ['Location', 'Retry-After', 'Idempotency-Replayed', 'Deduplicated'],
      content: json(jobResource, { queued: { summary: 'It waits', value: queuedJob } }),
    },
  },
  problems: [
    'schedule-not-found',
    'schedule-unrunnable',
    'invalid-idempotency-key',
    'job-gone',
    'rate-limited',
  ],
};
