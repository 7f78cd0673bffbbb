import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { jobStatus } from '../../../packages/jobs/src/contract/job-resource.ts';
import { isPassing, pauseMs, send } from '../client/http.ts';

/** Requests at once. */
const lanes = 20;

const shownBody = z.looseObject({
  id: z.string(),
  status: jobStatus,
  attempts: z.looseObject({ made: z.int(), max: z.int() }),
  result: z.unknown(),
  error: z.looseObject({ code: z.string() }).nullable(),
  finishedAt: z.string().nullable(),
});

/** A job as the API shows it. */
export type ShownJob = z.output<typeof shownBody>;

/** @returns undefined when the API knows of no such job. */
const readJob = async (url: string): Promise<ShownJob | undefined> => {
  let answer = await send('GET', url);
  while (isPassing(answer)) {
    await sleep(pauseMs(answer));
    answer = await send('GET', url);
  }
  return answer?.status === 404 ? undefined : shownBody.parse(answer?.body);
};

/** Each of the jobs as the API shows it; those that it does not know are left out. */
export const readJobs = async (
  api: string,
  ids: Iterable<string>,
): Promise<Map<string, ShownJob>> => {
  const shown = new Map<string, ShownJob>();
  const pending = [...ids].values();
  const runLane = async () => {
    for (const id of pending) {
      const job = await readJob(`${api}/jobs/${id}`);
      if (job) shown.set(id, job);
    }
  };
  await Promise.all(Array.from({ length: lanes }, runLane));
  return shown;
};
