import { setTimeout as sleep } from 'node:timers/promises';

const headers = { authorization: 'Bearer dev', 'content-type': 'application/json' };
const pollMs = 50;

export interface Job {
  readonly id: string;
  readonly status: string;
  readonly result: unknown;
}

/** Reads the job at a path of the API. */
export const readJob = async (api: string, path: string): Promise<Job> => {
  const response = await fetch(new URL(path, api), { headers });
  if (response.status !== 200) throw new Error(`GET ${path} answered ${response.status}`);
  return (await response.json()) as Job;
};

/** Submits a `demo.echo`, follows it to its end and returns its path. */
export const runEcho = async (api: string, value: string): Promise<string> => {
  const response = await fetch(new URL('/jobs', api), {
    method: 'POST',
    headers,
    body: JSON.stringify({ type: 'demo.echo', payload: { value } }),
  });
  const path = response.headers.get('location');
  if (response.status !== 202 || path === null) {
    throw new Error(`POST /jobs answered ${response.status}: ${await response.text()}`);
  }
  while ((await readJob(api, path)).status !== 'succeeded') await sleep(pollMs);
  return path;
};
