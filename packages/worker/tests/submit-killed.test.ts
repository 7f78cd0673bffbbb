import { expect, test } from 'vitest';
import { workerProcesses } from './worker-processes.ts';

/** A lost worker is noticed, and another one started. */
const timeoutMs = 90_000;

test(
  'a job whose worker is killed after it has submitted, and that fails then, submits once',
  async () => {
    await using workers = await workerProcesses();
    const doomed = await workers.start();
    const id = await workers.submit('here.submit');
    expect(await doomed.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await workers.start();
    const { result, made } = await workers.end(id);
    expect(made).toBe(2);
    const { named, numbered } = result as Record<string, { id: string }>;
    for (const child of [named, numbered]) await workers.end(child?.id ?? '');
    const jobs = await workers.queues.get('demo', 0).getJobs();
    expect(new Set(jobs.map((job) => job?.id))).toEqual(new Set([id, named?.id, numbered?.id]));
  },
  timeoutMs,
);
