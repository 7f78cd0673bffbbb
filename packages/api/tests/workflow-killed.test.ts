import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { spawnWorkerOf } from './worker-process.ts';
import { accepted, echo, ended } from './workflow-fixtures.ts';

let api: RunningApi;

beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api[Symbol.asyncDispose]());

const chain = {
  chain: [echo({ n: 1 }), echo({ $result: 'step-1/value/n' }), echo({ $result: 'step-2/value' })],
};

// A lost settle job is found within 14 seconds, as any job is.
const timeout = 60_000;

test.each(['recorded', 'released'] as const)(
  'a worker that dies when the end of a step is %s loses and doubles nothing',
  { timeout },
  async (killAt) => {
    const { id } = await accepted(api, chain);
    await using doomed = await spawnWorkerOf(api, { killAt });
    await doomed.ended();
    const { body } = await api.ask(`/workflows/${id}`);
    expect(body.steps['step-1'].status).toBe('succeeded');
    expect(body.steps['step-2'].status).toBe(killAt === 'recorded' ? 'blocked' : 'queued');

    await using _worker = await startWorkerOf(api);
    const workflow = await ended(api, { id });
    expect(workflow.status).toBe('succeeded');
    expect(workflow.steps['step-3']?.result).toEqual({ value: 1 });
    for (const { job } of Object.values(workflow.steps)) {
      const { body: step } = await api.ask(`/jobs/${job}`);
      expect(step.attempts.history).toHaveLength(1);
    }
  },
);
