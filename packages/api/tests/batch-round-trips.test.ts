import { expect, test } from 'vitest';
import { startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { startApi } from './running-api.ts';

const partitions = 3;
const jobs = Array.from({ length: 60 }, (_, value) => ({ type: 'demo.echo', payload: { value } }));

test('a batch is one round trip for each partition', async () => {
  // Redis counts what it reads of all connections: none but this test's may be there.
  await using server = await startOwnRedis();
  await using api = await startApi({ REDIS_URL: server.url, PARTITIONS: String(partitions) });
  const submit = async (count: number) => {
    const body = JSON.stringify({ jobs: jobs.slice(0, count) });
    const headers = { 'content-type': 'application/json' };
    const answer = await api.ask('/jobs/batch', { method: 'POST', body, headers });
    return new Set(
      answer.body.items.map((item: { job: { id: string } }) => item.job.id.slice(0, 6)),
    );
  };
  const countReads = async () =>
    Number(/total_reads_processed:(\d+)/.exec(await api.queues.redis.info('stats'))?.[1]);

  await submit(1);
  const before = await countReads();
  await countReads();
  const idle = (await countReads()) - before;
  const from = await countReads();
  expect(await submit(jobs.length)).toEqual(new Set(['demo.0', 'demo.1', 'demo.2']));
  const reads = (await countReads()) - from;
  // Each partition's pipeline, the throttle, and what looking costs; far from one for each job.
  expect(reads).toBeLessThanOrEqual(partitions + 1 + idle + 4);
});
