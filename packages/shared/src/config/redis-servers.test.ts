import { expect, test } from 'vitest';
import { parseServers } from '../redis/servers.ts';
import { redisProblems, redisServers } from './redis-servers.ts';

const messageOf = (text: string) => redisServers.safeParse(text).error?.issues[0]?.message;

test.each([
  'redis://localhost:6379',
  'rediss://user:a,b@redis.internal',
  'redis://:p@a:7000,redis://:p@b:7001',
  'redis://:p@a:7000 , redis://:p@[::1]',
])('takes %s', (text) => {
  expect(messageOf(text)).toBeUndefined();
});

test.each(['localhost:6379', 'http://localhost', 'redis://a,b:7001', 'redis://a,http://b', ''])(
  'refuses %s',
  (text) => {
    expect(messageOf(text)).toMatch(/^expected a URL such as redis:/);
  },
);

test.each([
  ['passwords', 'redis://:p@a,redis://:q@b'],
  ['users', 'redis://u:p@a,redis://:p@b'],
  ['protocols', 'redis://:p@a,rediss://:p@b'],
])('refuses different %s', (_, text) => {
  expect(messageOf(text)).toBe('expected the same user, password and protocol in all URLs');
});

test('several nodes need a cluster, and a cluster has one database', () => {
  const problems = (REDIS_URL: string, REDIS_CLUSTER: boolean) =>
    redisProblems({ REDIS_URL, REDIS_CLUSTER }).map(({ message }) => message);
  expect(problems('redis://a/3', false)).toEqual([]);
  expect(problems('redis://a,redis://b', false)).toEqual([
    expect.stringContaining('needs REDIS_CLUSTER=true'),
  ]);
  expect(problems('redis://a,redis://b/0', true)).toEqual([]);
  expect(problems('redis://a,redis://b/3', true)).toEqual([
    expect.stringContaining('database 0 only'),
  ]);
  expect(problems('redis://a?db=2', true)).toHaveLength(1);
});

test('nodes have what the first URL says of all', () => {
  expect(parseServers('rediss://u:p%40%2C1@a:7000,rediss://u:p%40%2C1@[fd00::1]')).toEqual({
    nodes: [
      { host: 'a', port: 7000 },
      { host: 'fd00::1', port: 6379 },
    ],
    username: 'u',
    password: 'p@,1',
    tls: true,
  });
});
