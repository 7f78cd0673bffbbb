import { expect, test } from 'vitest';
import { checkRedis } from './preflight.ts';

const serverSaying = (...lines: string[]) => ({
  info: async () => lines.join('\r\n'),
  select: async () => 'OK',
  options: {},
});

test.each(['6.2.0', '6.2.14', '7.0.15', '8.0.1', '10.0.0'])('Redis %s will do', async (version) => {
  await checkRedis(serverSaying(`redis_version:${version}`, 'maxmemory_policy:noeviction'));
});

test.each(['6.0.16', '5.0.7', '2.8'])('Redis %s is too old', async (version) => {
  await expect(checkRedis(serverSaying(`redis_version:${version}`))).rejects.toMatchObject({
    code: 'redis-too-old',
    message: expect.stringContaining('6.2.0'),
  });
});

test('a server that does not tell its policy is trusted', async () => {
  await checkRedis(serverSaying('redis_version:7.2.4'));
});

test('a server without an append-only file is taken with a warning', async () => {
  const said = (aof: 0 | 1) =>
    checkRedis(serverSaying('redis_version:7.2.4', `aof_enabled:${aof}`));
  expect(await said(1)).toEqual([]);
  expect(await said(0)).toEqual([expect.stringContaining('Set appendonly to yes')]);
});
