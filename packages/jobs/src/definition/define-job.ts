import { type Duration, duration, timerDuration } from '@drover/shared/duration';
import { CodedError } from '@drover/shared/errors';
import { didYouMean } from '@drover/shared/nearest';
import { z } from 'zod';
import { defaultPriority, lastPriority } from '../contract/submission.ts';
import type { JobContext } from './context.ts';
import { type QueueName, queueNames } from './queues.ts';
import { type RetryPolicy, type RetryPolicyInput, retryPolicy } from './retry-policy.ts';

const isolations = ['none', 'process'] as const;
export type Isolation = (typeof isolations)[number];

const submitRoles = ['submit', 'operate'] as const;
export type SubmitRole = (typeof submitRoles)[number];

/** What a file in this folder states of its job type. */
export interface JobDefinition<P extends z.ZodType, R extends z.ZodType> {
  /** `<area>.<verb>`, lower case: the name that clients submit. */
  type: string;
  /** A queue of `queues.ts`. */
  queue: QueueName;
  /** One sentence for the catalog. */
  summary: string;
  /** Checked when a job is submitted and again when it runs. */
  payload: P;
  /** Checked before the result is stored. */
  result: R;
  /** Default: 3 attempts, exponential from 1 s to 10 min, jitter 0.2. */
  retry?: RetryPolicyInput;
  /** Longest run of one attempt; default 5 min. */
  timeout?: Duration;
  /** Priority of jobs that name none, 1 first to 10 last; default 5. */
  priority?: number;
  /** Jobs that have not started by then never will; default never. */
  expiresIn?: Duration;
  /** How long a finished job can be read; default by the outcome (KEEP_SUCCEEDED, KEEP_FAILED). */
  retention?: Duration;
  /**
   * Where the handler runs: `none` (the default) in the worker itself, `process` in a child process,
   * which is killed when the handler does not obey its signal, and whose end harms no other job.
   */
  isolation?: Isolation;
  /**
   * The role of those who may submit it: `submit` (the default), or `operate` for work that concerns
   * all tenants. Handlers and declared schedules submit any type.
   */
  role?: SubmitRole;
  /** Left out in production; default false. */
  demo?: boolean;
  /** Does the work: returns the result, or throws (PermanentError, RetryLater, anything else = retry). */
  run(context: JobContext<z.output<P>>): Promise<z.input<R>> | z.input<R>;
}

/** A job type, checked and with every default filled in. */
export interface JobType {
  readonly type: string;
  readonly queue: QueueName;
  readonly summary: string;
  readonly payload: z.ZodType;
  readonly result: z.ZodType;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  readonly priority: number;
  readonly expiresInMs: number | undefined;
  readonly retentionMs: number | undefined;
  readonly isolation: Isolation;
  readonly role: SubmitRole;
  readonly demo: boolean;
  run(context: JobContext<unknown>): Promise<unknown>;
}

/** A definition's types, for clients that are written against the catalog. */
export interface TypedJobType<T extends string, P extends z.ZodType, R extends z.ZodType>
  extends JobType {
  readonly type: T;
  readonly payload: P;
  readonly result: R;
}

const zodSchema = z.custom<z.ZodType>(
  (value) => value instanceof z.ZodType,
  'expected a zod schema',
);

const definition = z.strictObject({
  type: z
    .string()
    .regex(/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/, 'expected <area>.<verb> in lower case')
    .max(64),
  queue: z.string().refine((name) => queueNames.includes(name as QueueName), {
    error: ({ input }) =>
      `queue "${input}" is not registered in queues.ts.${didYouMean(String(input), queueNames)}`,
  }),
  summary: z.string().min(1),
  payload: zodSchema,
  result: zodSchema,
  retry: retryPolicy.prefault({}),
  timeout: timerDuration.prefault('5m'),
  priority: z.int().min(1).max(lastPriority).default(defaultPriority),
  expiresIn: duration.optional(),
  retention: duration.optional(),
  isolation: z.enum(isolations).default('none'),
  role: z.enum(submitRoles).default('submit'),
  demo: z.boolean().default(false),
  run: z.custom((value) => typeof value === 'function', 'expected a function'),
});

/**
 * Makes a job type of its definition.
 * @throws CodedError `job-definition-invalid`, naming the job and each thing that is wrong with it.
 */
export const defineJob = <const T extends string, P extends z.ZodType, R extends z.ZodType>(
  job: JobDefinition<P, R> & { type: T },
): TypedJobType<T, P, R> => {
  const checked = definition.safeParse(job);
  if (!checked.success) {
    throw new CodedError(
      'job-definition-invalid',
      `The job type "${job.type}" is not valid:\n${z.prettifyError(checked.error)}`,
    );
  }
  const { retry, timeout, priority, expiresIn, retention, isolation, role, demo } = checked.data;
  return {
    type: job.type,
    queue: job.queue,
    summary: job.summary,
    payload: job.payload,
    result: job.result,
    retry,
    timeoutMs: timeout,
    priority,
    expiresInMs: expiresIn,
    retentionMs: retention,
    isolation,
    role,
    demo,
    // The payload is parsed with this type's own schema before `run` is called.
    run: async (context) => job.run(context as JobContext<z.output<P>>),
  };
};
