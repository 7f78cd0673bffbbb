import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type RunningProcess,
  type RunningSystem,
  startSystem,
} from '../../../e2e/system/running-system.ts';
import { type Client, createClient } from '../src/index.ts';

let system: RunningSystem;
let api: RunningProcess;
let client: Client;
beforeAll(async () => {
  system = await startSystem({ roles: ['worker'] });
  api = await system.start('api');
  client = createClient({ url: system.url, key: 'dev' });
});
afterAll(() => system[Symbol.asyncDispose]());

/** Ends the API process, by that signal, and starts it again. */
const restart = async (signal: NodeJS.Signals) => {
  api.child.kill(signal);
  await api.ended;
  api = await system.start('api');
};

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'who follows a job misses nothing of it when the server gets %s, and sees nothing twice',
  async (signal) => {
    const job = await client.submit('demo.sleep', { ms: 4_000, steps: 40 });
    const lines: number[] = [];
    let restarted: Promise<void> | undefined;
    let end = '';
    for await (const { event, data } of client.follow(job)) {
      if (event === 'log') lines.push(data.seq);
      if (event === 'status') end = data.status;
      if (lines.length === 5) restarted ??= restart(signal);
    }
    await restarted;
    expect(end).toBe('succeeded');
    expect(lines).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  },
);

test('who waits for a job gets it when the server is back', async () => {
  const job = await client.submit('demo.sleep', { ms: 2_000 });
  const finished = client.wait(job);
  await expect.poll(async () => (await client.get(job)).status).toBe('running');
  await restart('SIGKILL');
  expect(await finished).toMatchObject({ status: 'succeeded' });
});
