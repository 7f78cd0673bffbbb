import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { isTerminal, jobStatus } from '../../../packages/jobs/src/contract/job-resource.ts';
import { isPassing, pauseMs, send } from './http.ts';
import type { AcceptedWish, Submitting } from './submit.ts';

const followMs = 500;

const seenBody = z.object({ status: jobStatus });

/** Asks for the job to be canceled until there is an answer, and writes down which. */
export const cancel = async (
  { wish, id }: AcceptedWish,
  { ledger, nextApi, over }: Submitting,
): Promise<void> => {
  await sleep(wish.cancelAfterMs ?? 0);
  let answer = await send('DELETE', `${nextApi()}/jobs/${id}`);
  while (isPassing(answer) && !over.aborted) {
    await sleep(pauseMs(answer));
    answer = await send('DELETE', `${nextApi()}/jobs/${id}`);
  }
  ledger.append({ what: 'canceled', id, status: answer?.status ?? 0 });
};

/** Reads the job until it is finished, or gone, and writes down how it was seen. */
export const follow = async (
  { id }: AcceptedWish,
  { ledger, nextApi, over }: Submitting,
): Promise<void> => {
  while (!over.aborted) {
    const answer = await send('GET', `${nextApi()}/jobs/${id}`);
    if (answer?.status === 404) {
      ledger.append({ what: 'seen', id, status: 'missing' });
      return;
    }
    const status = answer?.status === 200 ? seenBody.parse(answer.body).status : undefined;
    if (status && isTerminal(status)) {
      ledger.append({ what: 'seen', id, status });
      return;
    }
    await sleep(followMs);
  }
};
