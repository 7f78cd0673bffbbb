import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Ledger } from '../ledger/ledger.ts';
import { type Answer, isPassing, pauseMs, send } from './http.ts';
import type { PlannedRequest, Wish } from './plan.ts';

/** A wish and the job that was accepted for it. */
export interface AcceptedWish {
  readonly wish: Wish;
  readonly id: string;
}

export interface Submitting {
  ledger: Ledger;
  /** Base URL of the API to use for the next attempt; not always the same one. */
  nextApi(): string;
  /** Gives up; what was not accepted by then is not. */
  over: AbortSignal;
}

const jobBody = z.object({ id: z.string() });
const batchBody = z.object({
  items: z.array(
    z.union([
      z.object({ status: z.literal(202), job: jobBody }),
      z.object({ status: z.int(), problem: z.looseObject({ type: z.string() }) }),
    ]),
  ),
});

const submissionOf = ({ type, payload, options }: Wish) => ({
  type,
  payload,
  ...(options && { options }),
});

const describe = (answer: Answer | undefined): string =>
  answer ? `${answer.status} ${JSON.stringify(answer.body)}` : 'no answer';

/** What one answer says of each wish: its job, nothing for sure, or that it is not wanted. */
type Verdict = { id: string } | 'unknown' | 'refused';

const verdictOfItem = (item: z.output<typeof batchBody>['items'][number] | undefined): Verdict => {
  if (!item) return 'refused';
  if ('job' in item) return { id: item.job.id };
  return item.status === 503 ? 'unknown' : 'refused';
};

const verdicts = (request: PlannedRequest, answer: Answer | undefined): Verdict[] => {
  const all = (verdict: Verdict) => request.wishes.map(() => verdict);
  if (isPassing(answer)) return all('unknown');
  const isTaken = answer?.status === 202 || answer?.status === 200;
  if (isTaken && !request.isBatch) return all(jobBody.parse(answer.body));
  const batch = batchBody.safeParse(answer?.body);
  if (!batch.success) return all('refused');
  return request.wishes.map((_, i) => verdictOfItem(batch.data.items[i]));
};

const post = (request: PlannedRequest, api: string): Promise<Answer | undefined> => {
  const { wishes, isBatch, key } = request;
  return isBatch
    ? send('POST', `${api}/jobs/batch`, { key, body: { jobs: wishes.map(submissionOf) } })
    : send('POST', `${api}/jobs`, { key, body: submissionOf(wishes[0]) });
};

/** Sends a request once and writes down what came of it. */
const sendOnce = async (
  request: PlannedRequest,
  { ledger, nextApi }: Submitting,
): Promise<{ accepted: AcceptedWish[]; open: Wish[]; pauseMs: number }> => {
  const answer = await post(request, nextApi());
  const accepted: AcceptedWish[] = [];
  const open: Wish[] = [];
  for (const [i, verdict] of verdicts(request, answer).entries()) {
    const wish = request.wishes[i] as Wish;
    const { n } = wish;
    if (verdict === 'unknown') {
      ledger.append({ what: 'unknown', n, why: answer ? String(answer.status) : 'no answer' });
      open.push(wish);
    } else if (verdict === 'refused') {
      ledger.append({ what: 'refused', n, why: describe(answer) });
    } else {
      ledger.append({ what: 'accepted', n, id: verdict.id });
      accepted.push({ wish, id: verdict.id });
    }
  }
  return { accepted, open, pauseMs: pauseMs(answer) };
};

/** What is left of a request: with a key it must stay as it was. */
const remainder = (request: PlannedRequest, open: readonly Wish[]): PlannedRequest => ({
  ...request,
  ...(request.key === undefined && { wishes: open as [Wish, ...Wish[]] }),
});

const untilAnswered = async (
  request: PlannedRequest,
  submitting: Submitting,
): Promise<AcceptedWish[]> => {
  const accepted = new Map<number, AcceptedWish>();
  let left = request;
  while (!submitting.over.aborted) {
    const round = await sendOnce(left, submitting);
    for (const it of round.accepted) accepted.set(it.wish.n, it);
    if (round.open.length === 0) break;
    left = remainder(request, round.open);
    await sleep(round.pauseMs);
  }
  return [...accepted.values()];
};

/**
 * Submits until every job of the request is accepted: again and again, under the same key where there
 * is one. Without a key an answer that was lost may leave a job behind that the client knows not of.
 */
export const submit = async (
  request: PlannedRequest,
  submitting: Submitting,
): Promise<AcceptedWish[]> => {
  const twin = request.repeated === 'at once' ? sendOnce(request, submitting) : undefined;
  const accepted = await untilAnswered(request, submitting);
  await twin;
  if (request.repeated === 'later') await sendOnce(request, submitting);
  return accepted;
};
