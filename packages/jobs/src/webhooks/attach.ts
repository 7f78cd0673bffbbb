import { type FieldError, Problem } from '@drover/shared/http/problem';
import type { TraceContext } from '@drover/shared/tracing/trace-context';
import { toPointer } from '../adding/pointers.ts';
import type { WebhookTarget } from '../contract/webhook-target.ts';
import type { ValidSubmission } from '../record/queued-job.ts';
import type { WebhookTask } from '../settling/tasks.ts';
import type { ValidWorkflow } from '../workflows/parse.ts';
import type { WebhookDirectory } from './directory.ts';

/** What finding out whom to tell needs of the process. */
export interface WebhookIntake {
  directory: Pick<WebhookDirectory, 'forJob' | 'forWorkflow'>;
  /** Whether jobs may reach the host of that URL, as far as the URL itself tells. */
  mayReach(url: string): boolean;
}

const unreachable =
  'jobs may not reach this address: it is a private or reserved one (EGRESS_ALLOW lists exceptions)';

/** What is wrong with a URL that webhooks are to be posted to. */
export const targetFault = (
  { mayReach }: Pick<WebhookIntake, 'mayReach'>,
  url: string,
  at: readonly PropertyKey[],
): FieldError | undefined =>
  mayReach(url) ? undefined : { pointer: toPointer(at), message: unreachable };

/** @throws Problem `invalid-submission` for an address that jobs may not reach. */
const checkTarget = (
  intake: WebhookIntake,
  target: WebhookTarget | undefined,
  at: readonly PropertyKey[],
): void => {
  const fault = target && targetFault(intake, target.url, [...at, 'webhook', 'url']);
  if (fault)
    throw new Problem('invalid-submission', 'The webhook is not valid.', { errors: [fault] });
};

const taskOf = (
  { tenant, type, trace }: { tenant: string; type: string; trace: TraceContext | undefined },
  target: WebhookTarget | undefined,
  endpoints: readonly string[],
): WebhookTask | undefined => {
  if (!target && endpoints.length === 0) return undefined;
  return {
    tenant,
    type,
    ...(target && { url: new URL(target.url).href }),
    ...(target?.events && { events: [...target.events] }),
    ...(endpoints.length > 0 && { endpoints: [...endpoints] }),
    ...(trace && { trace }),
  };
};

type Submission = Pick<ValidSubmission, 'tenant' | 'type' | 'options' | 'trace'>;

const taskOfJob = (
  intake: WebhookIntake,
  { tenant, type: { type }, options, trace }: Submission,
  at: readonly PropertyKey[],
): WebhookTask | undefined => {
  checkTarget(intake, options?.webhook, [...at, 'options']);
  const source = { tenant, type, trace };
  return taskOf(source, options?.webhook, intake.directory.forJob(tenant, type));
};

/**
 * The submission with those who are to be told of the job's end; the same where there are none.
 * @param at where it stands in the request body.
 * @throws Problem `invalid-submission`.
 */
export const withWebhooks = (
  submission: ValidSubmission,
  intake: WebhookIntake,
  at: readonly PropertyKey[] = [],
): ValidSubmission => {
  const webhook = taskOfJob(intake, submission, at);
  return webhook ? { ...submission, settle: { ...submission.settle, webhook } } : submission;
};

/**
 * The workflow with those who are to be told of its end, and of the ends of its steps.
 * @throws Problem `invalid-submission`.
 */
export const withWorkflowWebhooks = (
  workflow: ValidWorkflow,
  tenant: string,
  intake: WebhookIntake,
): ValidWorkflow => {
  checkTarget(intake, workflow.webhook, []);
  const told = taskOf(
    { tenant, type: 'workflow', trace: workflow.trace },
    workflow.webhook,
    intake.directory.forWorkflow(tenant),
  );
  const steps = workflow.steps.map((step) => {
    const webhook = taskOfJob(intake, { ...step, tenant, trace: workflow.trace }, step.at);
    return webhook ? { ...step, told: webhook } : step;
  });
  return { ...workflow, steps, ...(told && { told }) };
};
