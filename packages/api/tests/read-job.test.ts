import { newJobId } from '@drover/shared/job-id';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
let redis: ReturnType<typeof createRedis>;
beforeAll(async () => {
  api = await startApi();
  const { url } = api.config.redis;
  redis = createRedis({ url, purpose: 'worker', name: 'test', log: silentLog() });
});
afterAll(async () => {
  await redisComponent(redis).stop(deadlineIn(1_000));
  await api[Symbol.asyncDispose]();
});

const echo = { type: 'demo.echo', payload: { value: 1 } };
const keyOf = (suffix: string) => api.queues.get('demo', 0).toKey(suffix);

/** Redis commands that the API sends for one read. */
const commandsOf = async (id: string): Promise<string[]> => {
  const observer = await redis.monitor();
  const commands: string[] = [];
  observer.on('monitor', (_time, [command]: string[], _source) => commands.push(String(command)));
  await api.ask(`/jobs/${id}`);
  await redis.ping();
  observer.disconnect();
  return commands.map((command) => command.toLowerCase());
};

test('reading a job searches no list, however long the backlog is', async () => {
  const { id } = (await api.submit(echo)).body;
  for (const wanted of [id, newJobId('demo', 0)]) {
    const commands = await commandsOf(wanted);
    expect(commands).toContain('hgetall');
    expect(commands.filter((command) => /^[lsz](pos|range|members|scan)/.test(command))).toEqual(
      [],
    );
  }
});

test('reading a job is one command to Redis', async () => {
  const { id } = (await api.submit(echo)).body;
  await api.ask(`/jobs/${id}`);
  const sent = (await commandsOf(id)).filter((command) => command.startsWith('eval'));
  expect(sent).toEqual(['evalsha']);
});

test('data that is no JSON is shown as missing', async () => {
  const { id } = (await api.submit(echo)).body;
  await redis.hset(keyOf(id), 'progress', '{', 'stacktrace', 'nonsense');
  const answer = await api.ask(`/jobs/${id}`);
  expect(answer).toMatchObject({
    status: 200,
    body: { status: 'queued', progress: 0, error: null },
  });
});

test('ids of queues that are not ours leave no trace in Redis', async () => {
  const before = await redis.keys(`*${api.config.redis.keyPrefix}*`);
  for (const queue of ['nonsense', 'constructor', 'demo', 'mail']) {
    expect((await api.ask(`/jobs/${newJobId(queue, 77)}`)).status).toBe(404);
  }
  expect(await redis.keys(`*${api.config.redis.keyPrefix}*`)).toEqual(before);
});
