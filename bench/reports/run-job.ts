import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const pollMs = 200;

const job = z.object({
  id: z.string(),
  status: z.string(),
  result: z.unknown(),
  error: z.object({ code: z.string(), message: z.string() }).nullish(),
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish(),
});

export interface FinishedJob {
  readonly result: unknown;
  /** From the start of its run to its end. */
  readonly ms: number;
}

const headers = { authorization: 'Bearer dev', 'content-type': 'application/json' };

const ask = async (url: string, init: RequestInit = {}) => {
  const answer = await fetch(url, { headers, ...init });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return job.parse(await answer.json());
};

/** Submits a job and waits until it has succeeded. */
export const runJob = async (api: string, type: string, payload: unknown): Promise<FinishedJob> => {
  const { id } = await ask(`${api}/jobs`, {
    method: 'POST',
    body: JSON.stringify({ type, payload }),
  });
  for (;;) {
    const { status, result, error, startedAt, finishedAt } = await ask(`${api}/jobs/${id}`);
    if (status === 'succeeded' && startedAt && finishedAt) {
      return { result, ms: Date.parse(finishedAt) - Date.parse(startedAt) };
    }
    if (error) throw new Error(`${type}: ${error.code}: ${error.message}`);
    await sleep(pollMs);
  }
};
