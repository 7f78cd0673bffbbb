import { Problem } from '@drover/shared/http/problem';
import { z } from 'zod';
import { parseSubmission } from '../adding/submission.ts';
import type { Catalog } from '../catalog.ts';
import { submissionOptions } from '../contract/submission.ts';
import type { ValidSubmission } from '../record/queued-job.ts';
import { type WebhookIntake, withWebhooks } from '../webhooks/attach.ts';
import type { ScheduleDefinition } from './definition.ts';

/** What a schedule would submit now, or why it cannot. */
export type Resolved = { submission: ValidSubmission } | { problem: string };

const listed = ({ message, errors = [] }: Problem): string =>
  [message, ...errors.map((err) => `${err.pointer || '/'}: ${err.message}`)].join(' ');

/** Declared schedules may submit what clients may not. */
const resolveDeclared = ({ tenant, job }: ScheduleDefinition, catalog: Catalog): Resolved => {
  const type = catalog.get(job.type);
  if (!type) return { problem: `There is no job type "${job.type}".` };
  const payload = type.payload.safeParse(job.payload);
  const options = submissionOptions.optional().safeParse(job.options);
  const error = payload.error ?? options.error;
  if (error) return { problem: z.prettifyError(error) };
  return { submission: { type, payload: job.payload, options: options.data, tenant } };
};

/**
 * A catalog may have changed since the schedule was made: what was valid then need not be now.
 * @param webhooks finds out whom to tell of the job's end; left out: nobody.
 */
export const resolveSchedule = (
  definition: ScheduleDefinition,
  { catalog, webhooks }: { catalog: Catalog; webhooks?: WebhookIntake },
): Resolved => {
  if (definition.declared) return resolveDeclared(definition, catalog);
  const { tenant, job } = definition;
  try {
    const submission = { ...parseSubmission(job, catalog), tenant };
    return { submission: webhooks ? withWebhooks(submission, webhooks) : submission };
  } catch (thrown) {
    if (thrown instanceof Problem) return { problem: listed(thrown) };
    throw thrown;
  }
};
