import { duration, timerDuration } from '@drover/shared/duration';
import { z } from 'zod';
import { jobWebhook } from './webhook-target.ts';

/** Farthest into the future that a job may be scheduled, in milliseconds: 366 days. */
export const maxDelayMs = 366 * 86_400_000;

/** Most tags of a job, and the longest, in characters. */
export const maxTags = 10;
export const maxTagLength = 64;

/** Most jobs of one `POST /jobs/batch`. */
export const maxBatch = 1_000;

/** The priority that comes last; 1 comes first. */
export const lastPriority = 10;

/** Priority of a job that names none. */
export const defaultPriority = 5;

const atMostAYear = (ms: number) => ms <= maxDelayMs;

/** Printable, without commas and controls: tags stand in query strings and lists. */
const tag = z
  .string()
  .regex(/^[^\p{C},]+$/u, 'expected printable characters without commas')
  .max(maxTagLength);

/** Tags of a job or workflow. */
export const submissionTags = z.array(tag).max(maxTags);

const dedupe = z
  .strictObject({
    key: z.string().min(1).max(200).describe('Compared within the tenant and the job type'),
    mode: z
      .enum(['until-finished', 'throttle', 'debounce'])
      .default('until-finished')
      .describe(
        '`until-finished`: no second job while the first is not finished. `throttle`: no second job within `ttl` of the first. `debounce`: the job runs `ttl` after the last submission, with the last payload.',
      ),
    ttl: timerDuration
      .refine((ms) => ms >= 1, 'expected 1 ms at least')
      .optional()
      .describe('Required for `throttle` and `debounce`'),
  })
  .superRefine(({ mode, ttl }, context) => {
    const needsTtl = mode !== 'until-finished';
    if (needsTtl === (ttl !== undefined)) return;
    context.addIssue({
      code: 'custom',
      path: ['ttl'],
      message: needsTtl ? `${mode} needs a ttl` : 'until-finished takes no ttl',
    });
  });

const backoff = z.strictObject({
  kind: z.enum(['fixed', 'exponential']).optional(),
  delay: timerDuration.optional(),
  max: timerDuration.optional(),
  jitter: z.number().min(0).max(1).optional(),
});

/** How a job is to be run; what is left out comes from the job type, then from the system. */
export const submissionOptions = z
  .strictObject({
    priority: z
      .int()
      .min(1)
      .max(lastPriority)
      .optional()
      .describe(`1 is first, ${lastPriority} is last; default ${defaultPriority}`),
    delay: duration
      .refine(atMostAYear, 'expected 366 days at most')
      .optional()
      .describe('Not run before this has passed'),
    runAt: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('Not run before this instant; one that has passed means now'),
    attempts: z.int().min(1).max(100).optional().describe('Attempts in all'),
    backoff: backoff
      .optional()
      .describe('Waits between attempts; fields left out come from the type'),
    timeout: timerDuration
      .refine((ms) => ms >= 1, 'expected 1 ms at least')
      .optional()
      .describe('Longest run of one attempt'),
    expiresIn: duration
      .refine((ms) => ms >= 1, 'expected 1 ms at least')
      .refine(atMostAYear, 'expected 366 days at most')
      .optional()
      .describe('A job that has not started by then never will: it is `expired`'),
    tags: submissionTags.optional(),
    dedupe: dedupe.optional(),
    webhook: jobWebhook
      .optional()
      .describe('Where the end of the job is told; a job that `dedupe` finds tells its own'),
    retention: duration
      .refine(atMostAYear, 'expected 366 days at most')
      .optional()
      .describe('How long the finished job can be read; default by the outcome'),
  })
  .superRefine(({ delay, runAt, expiresIn, dedupe: key }, context) => {
    const problem = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (delay !== undefined && runAt !== undefined)
      problem('runAt', 'give delay or runAt, not both');
    const wait = delay ?? (runAt === undefined ? 0 : Date.parse(runAt) - Date.now());
    if (expiresIn !== undefined && wait >= expiresIn) {
      problem('expiresIn', 'the job would expire before it may run');
    }
    if (key?.mode === 'debounce' && (delay !== undefined || runAt !== undefined)) {
      problem(delay === undefined ? 'runAt' : 'delay', 'debounce sets the time by its ttl');
    }
    if (runAt !== undefined && Date.parse(runAt) - Date.now() > maxDelayMs) {
      problem('runAt', 'expected 366 days from now at most');
    }
  })
  .meta({ id: 'JobOptions' });

/** Options as a client writes them. */
export type SubmissionOptionsInput = z.input<typeof submissionOptions>;
/** Options as checked: durations in milliseconds. */
export type SubmissionOptions = z.output<typeof submissionOptions>;

/** Body of `POST /jobs`; the payload is checked against its type. */
export const submission = z
  .strictObject({
    type: z.string(),
    payload: z.unknown().optional(),
    options: submissionOptions.optional(),
  })
  .meta({ id: 'Submission' });

/** Body of `POST /jobs/batch`. Items are checked one by one, so that each has an outcome of its own. */
export const batchSubmission = z
  .strictObject({ jobs: z.array(z.unknown()).min(1).max(maxBatch) })
  .meta({ id: 'BatchSubmission' });
