import { CodedError } from '@drover/shared/errors';
import { Problem } from '@drover/shared/http/problem';
import { derivedJobId, type JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { TraceContext } from '@drover/shared/tracing/trace-context';
import type { Catalog } from '../catalog.ts';
import type { NewJob, NewWorkflow, SubmittedJob } from '../definition/context.ts';
import { PermanentError } from '../definition/errors.ts';
import { toQueuedJob } from '../record/queued-job.ts';
import { type WebhookIntake, withWebhooks, withWorkflowWebhooks } from '../webhooks/attach.ts';
import { parseWorkflow } from '../workflows/parse.ts';
import { workflowQueue } from '../workflows/place.ts';
import { submitWorkflow } from '../workflows/submit.ts';
import { addJobs } from './add-jobs.ts';
import { fingerprintOf, recordDigest } from './idempotency-record.ts';
import { checkFitness, parseSubmission } from './submission.ts';

/** Largest submission of a job, in bytes of JSON: what a request may have, too. */
const maxBytes = 1_048_576;

/** What submitting needs of the process. */
export interface SubmitParts {
  queues: QueueSet;
  catalog: Catalog;
  /** How many partitions new jobs are spread over. */
  partitions: number;
  webhooks: WebhookIntake;
}

/** The job that submits. */
export interface Submitter {
  address: JobAddress;
  tenant: string;
  /** As it was submitted. One that is redriven with another payload is to submit anew. */
  payload: unknown;
  /** When it was submitted itself, in milliseconds. */
  submittedAt: number;
  /** What its work is a part of. */
  trace?: TraceContext | undefined;
}

const refusal = (message: string, code: string, cause?: unknown) =>
  new PermanentError(message, { code, cause });

/** The submission as Redis will hold it: handlers may pass what JSON has no word for. */
const asJson = (submission: NewJob | NewWorkflow): unknown => {
  let json: string;
  try {
    json = JSON.stringify(submission) ?? 'null';
  } catch (cause) {
    throw refusal('the submission cannot be written as JSON', 'invalid-submission', cause);
  }
  const bytes = Buffer.byteLength(json);
  if (bytes <= maxBytes) return JSON.parse(json);
  throw refusal(
    `the submission has ${bytes} bytes; ${maxBytes} are the most`,
    'invalid-submission',
  );
};

const listed = ({ message, errors = [] }: Problem): string =>
  [message, ...errors.map((err) => `${err.pointer || '/'}: ${err.message}`)].join('\n');

/** Checks as the API does; what is wrong with a submission another attempt cannot mend. */
const checked = <T>(check: () => T): T => {
  try {
    return check();
  } catch (thrown) {
    if (thrown instanceof Problem) throw refusal(listed(thrown), thrown.code, thrown);
    throw thrown;
  }
};

/** What makes a submission the same when another attempt makes it again. */
interface Identity {
  /** For messages: `"thumbnails"`, `its number 2`. */
  name: string;
  scope: string;
  fingerprint: string;
}

/**
 * Two records of one thing, so that an attempt which submits again meets the work of the first: the
 * id, for as long as that work is kept, and the idempotency key, which also remembers what a dedupe key
 * stood for.
 */
const recordsOf = (
  { address, tenant, submittedAt }: Submitter,
  { scope, fingerprint }: Identity,
) => {
  const { partition } = address;
  const digest = recordDigest(tenant, { key: address.id, scope, fingerprint });
  return {
    derive: { seed: `${address.id}\n${scope}`, at: submittedAt, partition },
    idempotency: { digest, fingerprint, partition },
  };
};

const conflict = ({ name }: Identity) =>
  refusal(
    `an earlier attempt submitted something else as ${name}: give submissions names`,
    'submit-conflict',
  );

const sendJob = async (
  { queues, catalog, webhooks, partitions }: SubmitParts,
  submitter: Submitter,
  identify: (what: string) => Identity,
  body: unknown,
): Promise<SubmittedJob> => {
  const { tenant, trace } = submitter;
  const valid = checked(() => {
    checkFitness(body);
    return withWebhooks({ ...parseSubmission(body, catalog), tenant, trace }, webhooks);
  });
  const identity = identify(valid.type.type);
  const { derive, idempotency } = recordsOf(submitter, identity);
  const addition = { job: toQueuedJob(valid, { partitions, derive }), idempotency };
  const [added] = await addJobs(queues, [addition]);
  switch (added?.outcome) {
    case 'added':
    case 'deduplicated':
    case 'replayed':
      return { id: added.id, url: `/jobs/${added.id}` };
    case 'conflict':
      throw conflict(identity);
    default:
      throw added?.error ?? new CodedError('submit-failed', 'the submission was not answered');
  }
};

const sendWorkflow = async (
  { queues, catalog, webhooks, partitions }: SubmitParts,
  submitter: Submitter,
  identify: (what: string) => Identity,
  body: unknown,
): Promise<SubmittedJob> => {
  const { tenant, trace } = submitter;
  const valid = checked(() =>
    withWorkflowWebhooks({ ...parseWorkflow(body, catalog), trace }, tenant, webhooks),
  );
  const identity = identify('workflow');
  const { derive, idempotency } = recordsOf(submitter, identity);
  const id = derivedJobId(workflowQueue, derive.partition, derive);
  const submitted = await submitWorkflow(queues, valid, { tenant, partitions, idempotency, id });
  if (submitted.outcome === 'conflict') throw conflict(identity);
  return { id: submitted.id, url: `/workflows/${submitted.id}` };
};

const isWorkflow = (body: unknown): boolean =>
  ['steps', 'chain', 'group'].some((form) => Object.hasOwn(Object(body), form));

/**
 * Lets a job enqueue more work of its tenant. A submission is known by its name, else by its number
 * among those of the attempt: a later attempt that makes it again gets the work of the first one.
 * @throws PermanentError `invalid-submission`, `unknown-job-type`, or `submit-conflict` when that name
 *   stood for another type, or that number for anything else; Redis errors, which are worth a retry.
 */
export const createSubmit = (parts: SubmitParts, submitter: Submitter) => {
  const round = fingerprintOf(submitter.payload ?? null);
  let unnamed = 0;
  return async (
    work: NewJob | NewWorkflow,
    options: { name?: string } = {},
  ): Promise<SubmittedJob> => {
    const { name } = options;
    const number = name === undefined ? ++unnamed : undefined;
    const body = asJson(work);
    const identify = (what: string): Identity => ({
      name: number === undefined ? `"${name}"` : `its number ${number}`,
      scope: `submit ${round} ${number === undefined ? `name ${name}` : `number ${number}`}`,
      fingerprint: fingerprintOf(number === undefined ? what : body),
    });
    const send = isWorkflow(body) ? sendWorkflow : sendJob;
    return send(parts, submitter, identify, body);
  };
};
