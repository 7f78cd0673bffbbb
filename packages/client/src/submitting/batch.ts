import type { BatchResult } from '@drover/jobs/contract/batch-result';
import type { Catalog, JobTypeMap, PayloadOf, TypeName } from '../catalog.ts';
import type { DroverError } from '../error.ts';
import { problemError } from '../http/failures.ts';
import type { Transport } from '../http/transport.ts';
import type { Job } from '../job.ts';
import { newIdempotencyKey } from './idempotency-key.ts';
import type { JobOptions, SubmitCall } from './submit.ts';

/** One job of a batch. */
export type Submission<
  T extends string = TypeName,
  C extends JobTypeMap = Catalog,
> = T extends string ? { type: T; payload: PayloadOf<T, C>; options?: JobOptions } : never;

/** What became of one job of a batch. */
export type BatchOutcome<T extends string = TypeName, C extends JobTypeMap = Catalog> =
  | { accepted: true; job: Job<T, C> }
  | { accepted: false; error: DroverError };

/** The outcome of each job, each at its place. */
export type BatchOutcomes<
  Items extends readonly { type: string }[],
  C extends JobTypeMap = Catalog,
> = { -readonly [K in keyof Items]: BatchOutcome<Items[K]['type'], C> };

export type BatchCall = Omit<SubmitCall, 'waitMs'>;

export interface BatchReport<Outcomes> {
  accepted: number;
  rejected: number;
  items: Outcomes;
}

/** Even when no job was accepted, the answer tells of each; only a malformed batch is a problem. */
const isReport = ({ headers }: Response) =>
  /^application\/json\b/.test(headers.get('content-type') ?? '');

const toOutcome = (item: BatchResult['items'][number]): BatchOutcome<string> =>
  'job' in item
    ? { accepted: true, job: item.job as Job<string> }
    : { accepted: false, error: problemError(item.problem) };

/** `POST /jobs/batch`, made again until it is answered: the key covers every job by its place. */
export const submitBatch = async (
  transport: Transport,
  jobs: readonly unknown[],
  { idempotencyKey = newIdempotencyKey(), signal }: BatchCall,
): Promise<BatchReport<BatchOutcome<string>[]>> => {
  const { body } = await transport.request<BatchResult>({
    method: 'POST',
    path: 'jobs/batch',
    headers: { 'idempotency-key': idempotencyKey },
    body: { jobs },
    retry: 'always',
    accepts: (response) => response.status === 422 && isReport(response),
    signal,
  });
  const { accepted, rejected, items } = body;
  return { accepted, rejected, items: items.map(toOutcome) };
};
