import { Problem } from '@drover/shared/http/problem';
import { timeZoneProblem } from '@drover/shared/time-zone';
import { fieldErrors } from '../adding/pointers.ts';
import { checkFitness, parseSubmission } from '../adding/submission.ts';
import type { Catalog } from '../catalog.ts';
import {
  maxScheduledBytes,
  scheduleId,
  scheduleInput,
  type ValidScheduleInput,
} from '../contract/schedule.ts';
import { type WebhookIntake, withWebhooks } from '../webhooks/attach.ts';
import { cronProblem } from './cron-problem.ts';
import type { ScheduleDefinition, ScheduledJob } from './definition.ts';

const invalid = (errors: { pointer: string; message: string }[]) =>
  new Problem('invalid-submission', 'The schedule is not valid.', { errors });

const checkTiming = ({ cron, timezone }: ValidScheduleInput): void => {
  const faults = [
    { pointer: '/cron', message: cron === undefined ? undefined : cronProblem(cron) },
    {
      pointer: '/timezone',
      message: timezone === undefined ? undefined : timeZoneProblem(timezone),
    },
  ];
  const errors = faults.flatMap(({ pointer, message }) =>
    message === undefined ? [] : [{ pointer, message }],
  );
  if (errors.length > 0) throw invalid(errors);
};

/** The submission in it, as it was given. */
const jobOf = (body: unknown): ScheduledJob => {
  const { type, payload, options } = body as ScheduledJob;
  const job = {
    type,
    ...(payload !== undefined && { payload }),
    ...(options !== undefined && { options }),
  };
  const bytes = Buffer.byteLength(JSON.stringify(job));
  if (bytes <= maxScheduledBytes) return job;
  const message = `type, payload and options have ${bytes} bytes; ${maxScheduledBytes} are the most`;
  throw invalid([{ pointer: '/payload', message }]);
};

/** @throws Problem `invalid-submission` when it is no id of a schedule. */
const checkId = (id: string): void => {
  const checked = scheduleId.safeParse(id);
  if (checked.success) return;
  const why = checked.error.issues[0]?.message ?? 'not valid';
  throw new Problem('invalid-submission', `The id of the schedule is not valid: ${why}.`);
};

/**
 * Checks the body of `PUT /schedules/:id`.
 * @throws Problem `invalid-submission` or `unknown-job-type`, with a pointer to each fault.
 */
export const parseSchedule = (
  body: unknown,
  {
    tenant,
    id,
    catalog,
    webhooks,
  }: { tenant: string; id: string; catalog: Catalog; webhooks: WebhookIntake },
): { definition: ScheduleDefinition; enabled: boolean } => {
  checkId(id);
  checkFitness(body);
  const parsed = scheduleInput.safeParse(body);
  if (!parsed.success) throw invalid(fieldErrors(parsed.error));
  const { cron, every, timezone = 'UTC', overlap, misfire, enabled } = parsed.data;
  checkTiming(parsed.data);
  const job = jobOf(body);
  withWebhooks({ ...parseSubmission(job, catalog), tenant }, webhooks);
  const timing = cron === undefined ? { every: every as number } : { cron: cron.trim(), timezone };
  return { definition: { tenant, id, declared: false, timing, job, overlap, misfire }, enabled };
};
