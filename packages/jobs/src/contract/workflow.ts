import { duration } from '@drover/shared/duration';
import { z } from 'zod';
import { jobStatuses } from './job-resource.ts';
import { maxDelayMs, submissionOptions, submissionTags } from './submission.ts';
import { workflowWebhook } from './webhook-target.ts';

/** Most steps of a workflow. */
export const maxSteps = 1_000;

/** Longest name of a step, in characters. */
export const maxStepName = 64;

/** Names of steps stand in pointers, ids and drawings. */
const stepName = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9-]{0,63}$/,
    'expected a letter, then letters, digits and hyphens, 64 characters at most',
  );

const anotherStep = z.string().min(1).max(maxStepName);

const job = {
  type: z.string(),
  payload: z
    .unknown()
    .optional()
    .describe(
      'As of a job. `{"$result": "step/json/pointer"}` anywhere in it is the result of another step, or a part of it; `default` beside it serves where there is none. In an `onFailure` step, `{"$error": "message"}` is what went wrong: `step`, `job`, `status`, `code` or `message`, or `""` for all of these.',
    ),
  options: submissionOptions
    .optional()
    .describe('As of a job, but without `dedupe`. `delay` and `expiresIn` count from its release'),
  allowFailure: z
    .boolean()
    .optional()
    .describe('Whether the workflow goes on when the step fails; default false'),
  onFailure: anotherStep
    .optional()
    .describe(
      'The step that runs when this one fails, and only then; default that of the workflow',
    ),
};

/** A job of a workflow, by its name. */
export const workflowStep = z
  .strictObject({
    ...job,
    needs: z
      .array(anotherStep)
      .max(maxSteps)
      .optional()
      .describe('Steps that must have ended well before; those of each `$result` are added'),
  })
  .meta({ id: 'WorkflowStep' });

/** A job of a list, which may have a name. */
export const listedStep = z
  .strictObject({ name: stepName.optional().describe('Default `step-1`, `step-2`, …'), ...job })
  .meta({ id: 'ListedStep' });

const common = {
  onFailure: anotherStep
    .optional()
    .describe('The step that runs when any other fails, and only then'),
  expiresIn: duration
    .refine((ms) => ms >= 1, 'expected 1 ms at least')
    .refine((ms) => ms <= maxDelayMs, 'expected 366 days at most')
    .optional()
    .describe('Steps that have not started by then never will: the workflow is `expired`'),
  tags: submissionTags.optional(),
  webhook: workflowWebhook.optional().describe('Where the end of the workflow is told'),
};

const someSteps = (described: string) =>
  z.array(listedStep).min(1).max(maxSteps).describe(described);

export const graphSubmission = z
  .strictObject({
    steps: z
      .record(stepName, workflowStep)
      .refine((steps) => Object.keys(steps).length > 0, 'expected a step at least')
      .refine(
        (steps) => Object.keys(steps).length <= maxSteps,
        `expected ${maxSteps} steps at most`,
      )
      .describe(`1 to ${maxSteps} steps, by their names`),
    ...common,
  })
  .meta({ id: 'GraphSubmission' });

export const chainSubmission = z
  .strictObject({ chain: someSteps('Jobs that run one after another'), ...common })
  .meta({ id: 'ChainSubmission' });

export const groupSubmission = z
  .strictObject({
    group: someSteps('Jobs that run side by side'),
    // biome-ignore lint/suspicious/noThenProperty: no function, so that nothing takes it for a promise
    then: listedStep.optional().describe('Runs when all of the group have ended well'),
    ...common,
  })
  .meta({ id: 'GroupSubmission' });

/** Body of `POST /workflows`; payloads are checked against their types. */
export const workflowSubmission = z
  .union([graphSubmission, chainSubmission, groupSubmission])
  .meta({ id: 'WorkflowSubmission' });

/** As checked: durations in milliseconds. */
export type WorkflowBody = z.output<typeof workflowSubmission>;
export type WorkflowStepBody = z.output<typeof workflowStep>;
export type ListedStepBody = z.output<typeof listedStep>;

/** As a client writes it. */
export type WorkflowSubmissionInput = z.input<typeof workflowSubmission>;
export type WorkflowStepInput = z.input<typeof workflowStep>;
export type ListedStepInput = z.input<typeof listedStep>;

/** What a workflow can be; all but `running` are final, until a step is retried. */
export const workflowStatuses = ['running', 'succeeded', 'failed', 'canceled', 'expired'] as const;

export const workflowStatus = z.enum(workflowStatuses).meta({
  id: 'WorkflowStatus',
  description:
    'How the first step ended that did not end well and may not, once all have ended; else `succeeded`.',
});
export type WorkflowStatus = z.output<typeof workflowStatus>;

const instant = z.iso.datetime().describe('RFC 3339, in UTC');

export const workflowError = z
  .strictObject({
    step: z.string().describe('The first step that did not end well and may not'),
    job: z.string(),
    status: z.enum(['failed', 'canceled', 'expired']),
    code: z.string(),
    message: z.string(),
  })
  .meta({ id: 'WorkflowError' });
export type WorkflowError = z.output<typeof workflowError>;

export const stepStatuses = [...jobStatuses, 'skipped'] as const;
export type StepStatus = (typeof stepStatuses)[number];

/** A step as the API shows it. */
export const stepResource = z
  .strictObject({
    type: z.string(),
    status: z
      .enum(stepStatuses)
      .describe('That of its job; `skipped`: an `onFailure` step that was not needed'),
    needs: z.array(z.string()),
    allowFailure: z.boolean(),
    onFailure: z.string().nullable(),
    job: z.string().describe('The id of its job'),
    result: z.unknown().describe('What it returned; null until it has succeeded'),
    resultOmitted: z
      .boolean()
      .describe('Whether there is a result that is too large to stand here: its job has it'),
    error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
    startedAt: instant.nullable().describe('When its latest attempt began'),
    finishedAt: instant.nullable(),
    links: z.strictObject({ job: z.string() }),
  })
  .meta({ id: 'WorkflowStepState' });
export type StepResource = z.output<typeof stepResource>;

const summary = {
  id: z.string().describe('Opaque'),
  tenant: z.string(),
  status: workflowStatus,
  error: workflowError.nullable(),
  tags: z.array(z.string()),
  stepCounts: z.strictObject({
    total: z.int(),
    ended: z.int().describe('Steps that have ended, well or not'),
  }),
  createdAt: instant,
  expiresAt: instant.nullable().describe('Steps that have not started by then never will'),
  finishedAt: instant.nullable(),
  links: z.strictObject({ self: z.string(), events: z.string() }),
};

/** A workflow as it stands in a list. */
export const workflowSummary = z.strictObject(summary).meta({ id: 'WorkflowSummary' });
export type WorkflowSummary = z.output<typeof workflowSummary>;

export const workflowResource = z
  .strictObject({
    ...summary,
    steps: z.record(z.string(), stepResource).describe('By name, in the order of the submission'),
    mermaid: z.string().describe('A drawing of the graph and how its steps stand, in Mermaid'),
  })
  .meta({ id: 'Workflow' });
export type WorkflowResource = z.output<typeof workflowResource>;

/** Answer of `GET /workflows`. */
export const workflowList = z
  .strictObject({
    items: z.array(workflowSummary),
    nextCursor: z.string().nullable().describe('`cursor` of the next page; null: it is the last'),
  })
  .meta({ id: 'WorkflowList' });
export type WorkflowList = z.output<typeof workflowList>;

/** Data of the event `step` of `GET /workflows/:id/events`. */
export const stepEvent = z
  .strictObject({ step: z.string(), ...stepResource.shape })
  .meta({ id: 'WorkflowStepEvent' });
export type StepEvent = z.output<typeof stepEvent>;
