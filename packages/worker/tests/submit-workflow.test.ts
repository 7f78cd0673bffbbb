import type { SubmittedJob } from '@drover/jobs/definition/context';
import { decodeFailure } from '@drover/jobs/record/failure';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { anyJob, startWorker } from './running-worker.ts';

const child = anyJob('test.child', async ({ payload }) => payload, {
  payload: z.strictObject({ n: z.int() }),
});
const step = { type: 'test.child', payload: { n: 1 } };

test.each(['by number', 'by name'])(
  'a workflow that an attempt submits again is that of the first one: %s',
  async (how) => {
    const parent = anyJob('test.parent', async ({ attempt, submit }) => {
      const name = how === 'by name' ? { name: 'both' } : {};
      const workflow = await submit({ chain: [step, step] }, name);
      if (attempt === 1) throw new Error('once more');
      return workflow;
    });
    await using worker = await startWorker([parent, child]);
    const { returnvalue } = await worker.finished(await worker.submit('test.parent', {}));
    const { id, url } = returnvalue as SubmittedJob;
    expect(id).toMatch(/^workflow\.0\.\w{26}$/);
    expect(url).toBe(`/workflows/${id}`);
    const jobs = (await worker.queue.getJobs()).filter(({ name }) => name === 'test.child');
    expect(jobs).toHaveLength(2);
    expect(jobs.map(({ data }) => data.tenant)).toEqual(['test', 'test']);
    expect(jobs.map(({ data }) => data.settle.step.workflow)).toEqual([id, id]);
  },
);

test('a workflow that is not valid fails the job for good, saying where', async () => {
  const parent = anyJob('test.parent', ({ submit }) =>
    submit({ steps: { a: { ...step, needs: ['b'] } } }),
  );
  await using worker = await startWorker([parent, child]);
  const failed = await worker.finished(await worker.submit('test.parent', {}));
  expect(failed.attemptsMade).toBe(1);
  const failure = decodeFailure(failed.stacktrace?.at(-1) ?? '');
  expect(failure).toMatchObject({ code: 'invalid-submission', retryable: false });
  expect(failure?.message).toContain('/steps/a/needs/0: there is no step "b".');
});
