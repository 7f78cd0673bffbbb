import type { SubmissionOptionsInput } from '@drover/jobs/contract/submission';
import type { Catalog, JobTypeMap, TypeName } from '../catalog.ts';
import { heldFor } from '../http/prefer.ts';
import type { Transport } from '../http/transport.ts';
import type { Job } from '../job.ts';
import { newIdempotencyKey } from './idempotency-key.ts';

/** How a job is to be run; what is left out comes from its type, then from the system. */
export type JobOptions = SubmissionOptionsInput;

export interface SubmitCall {
  /**
   * The same key gives the same job, for a day. Default: a new one for this call, so that its own
   * retries make no second job.
   */
  idempotencyKey?: string | undefined;
  /** How long to wait for the job to finish, in milliseconds, 60 000 at most; default: not at all. */
  waitMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** The job, and how it came to be. */
export type SubmittedJob<T extends string = TypeName, C extends JobTypeMap = Catalog> = Job<
  T,
  C
> & {
  /** The key was used before: this is the job that it made then. */
  readonly replayed: boolean;
  /** `options.dedupe` found an earlier job, and this is it. */
  readonly deduplicated: boolean;
};

const says = (headers: Headers, name: string) => headers.get(name) === 'true';

/** `POST /jobs`, made again until it is answered: the key makes that safe. */
export const submitJob = async <T extends string, C extends JobTypeMap>(
  transport: Transport,
  submission: { type: T; payload: unknown; options?: JobOptions | undefined },
  { idempotencyKey = newIdempotencyKey(), waitMs, signal }: SubmitCall,
): Promise<SubmittedJob<T, C>> => {
  const hold = heldFor(waitMs);
  const { headers, body: job } = await transport.request<Job<T, C>>({
    method: 'POST',
    path: 'jobs',
    ...hold,
    headers: { ...hold.headers, 'idempotency-key': idempotencyKey },
    body: submission,
    retry: 'always',
    signal,
  });
  return {
    ...job,
    replayed: says(headers, 'idempotency-replayed'),
    deduplicated: says(headers, 'deduplicated'),
  };
};
