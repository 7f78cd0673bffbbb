import type { BatchItem } from '@drover/jobs/contract/batch-result';
import type { ProblemDocument } from '@drover/jobs/contract/problem';
import { newResourceText } from '@drover/jobs/record/job-text';
import type { QueuedJob } from '@drover/jobs/record/queued-job';
import { toError } from '@drover/shared/errors';
import type { FastifyReply } from 'fastify';
import { toProblem } from '../errors/problem-handler.ts';
import { jsonType } from '../http/json-type.ts';

const instance = '/jobs/batch';

/** What became of an item: its status, and the item of the answer as JSON. */
export interface Outcome {
  readonly status: number;
  readonly text: string;
}

export const toOutcome = (item: BatchItem): Outcome => ({
  status: item.status,
  text: JSON.stringify(item),
});

/** An item that is not taken in, and why. */
export const rejected = (thrown: unknown): Outcome => {
  const problem = toProblem(toError(thrown));
  return toOutcome({
    status: problem.status,
    problem: problem.toBody(instance) as ProblemDocument,
  });
};

/** An item that is a new job. */
export const taken = (job: QueuedJob): Outcome => ({
  status: 202,
  text: `{"status":202,"job":${newResourceText(job)}}`,
});

/** All accepted 202, some 207; none: what is wrong with all alike, or 422. */
const statusOf = (items: readonly Outcome[], accepted: number): number => {
  if (accepted === items.length) return 202;
  return accepted > 0 ? 207 : 422;
};

/** Sends what became of all items, in their order. */
export const answerBatch = (
  reply: FastifyReply,
  outcomes: readonly Outcome[],
  accepted: number,
) => {
  const items = outcomes.map(({ text }) => text).join();
  const rejections = outcomes.length - accepted;
  return reply
    .code(statusOf(outcomes, accepted))
    .header('content-type', jsonType)
    .send(`{"accepted":${accepted},"rejected":${rejections},"items":[${items}]}`);
};
