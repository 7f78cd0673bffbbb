import { type DroverProcess, startRole } from '../drover.ts';
import { processorSecondsOf } from '../http/processor-time.ts';
import type { Resources } from '../run-bench.ts';
import type { Servers } from '../servers.ts';

/** An API and a worker that differ from the others in one setting. */
export interface Variant {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What one slice took: processor time, in microseconds. */
export interface Slice {
  readonly perSubmit: number;
  readonly perJob: number;
}

/** A variant that runs. */
export interface Contestant {
  readonly name: string;
  /** Submits so many jobs one by one, has them done, and measures both. */
  slice(jobs: number): Promise<Slice>;
}

/** Submissions that are under way at once. */
const atOnce = 16;

/** How often it is looked whether all is done, in milliseconds. */
const lookMs = 50;

const submit = async ({ url }: DroverProcess): Promise<void> => {
  const answer = await fetch(`${url}/jobs`, {
    method: 'POST',
    headers: { authorization: 'Bearer dev', 'content-type': 'application/json' },
    body: '{"type":"demo.echo","payload":{"value":1}}',
  });
  await answer.arrayBuffer();
  // An API that is overloaded is asked again.
  if (answer.status === 503) return submit({ url, pid: 0 });
  if (answer.status !== 202) throw new Error(`a submission was answered with ${answer.status}`);
};

const waiting = async ({ url }: DroverProcess): Promise<number> => {
  const answer = await fetch(`${url}/queues/demo`, { headers: { authorization: 'Bearer dev' } });
  const { counts } = (await answer.json()) as { counts: { queued: number; running: number } };
  return counts.queued + counts.running;
};

const submitAll = async (api: DroverProcess, jobs: number): Promise<void> => {
  let left = jobs;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await submit(api);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
};

const untilDone = async (api: DroverProcess): Promise<void> => {
  while ((await waiting(api)) > 0) await new Promise((resolve) => setTimeout(resolve, lookMs));
};

export const startContestant = async (
  resources: Resources,
  servers: Servers,
  { name, env }: Variant,
): Promise<Contestant> => {
  const options = { env: { CONCURRENCY: 'demo=50', KEY_PREFIX: `bench-${name}`, ...env } };
  const api = await startRole('api', resources, servers, options);
  const worker = await startRole('worker', resources, servers, options);
  return {
    name,
    slice: async (jobs) => {
      const before = [await processorSecondsOf(api.pid), await processorSecondsOf(worker.pid)];
      await submitAll(api, jobs);
      const submitted = await processorSecondsOf(api.pid);
      await untilDone(api);
      const done = await processorSecondsOf(worker.pid);
      const [apiBefore = 0, workerBefore = 0] = before;
      return {
        perSubmit: ((submitted - apiBefore) / jobs) * 1e6,
        perJob: ((done - workerBefore) / jobs) * 1e6,
      };
    },
  };
};
