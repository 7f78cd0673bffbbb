import { expect, test } from 'vitest';
import { plannedJobs } from '../../bench/load/preflight.ts';
import { stepsOf } from '../../bench/load/profiles/scalability.ts';
import { readSettings } from '../../bench/load/settings.ts';

test('a profile is enough', () => {
  const { url, key, rate, for: ms } = readSettings(['load'], {});
  expect({ url: url.map(String), key, rate, ms }).toEqual({
    url: ['http://localhost:3000/'],
    key: 'dev',
    rate: 100,
    ms: 60_000,
  });
});

test('server and key come from the environment, and rather from the command line', () => {
  const env = { DROVER_URL: 'https://a.test', DROVER_KEY: 'k' };
  expect(readSettings(['soak'], env)).toMatchObject({ key: 'k', for: 3_600_000 });
  expect(String(readSettings(['soak', '--url', 'https://b.test'], env).url)).toBe(
    'https://b.test/',
  );
});

test.each([
  [['lode'], 'There is no profile "lode": load, stress, spike, soak, scalability.'],
  [[], 'Name a profile'],
  [['load', '--url', 'ftp://x'], '--url: expected a URL'],
  [['load', '--url', 'http://ann:secret@x'], '--url: expected no user'],
  [['load', '--mix', 'submit=1,nap=2'], '--mix: expected something like'],
  [['load', '--mix', 'submit=0'], '--mix: expected something like'],
  [['load', '--for', '5 minutes'], '--for: expected a duration'],
  [['load', '--for', '10ms'], '--for: expected 1s at least'],
  [['load', '--rate', '0'], '--rate: expected 1 at least'],
  [['load', '--job', '{'], '--job: expected JSON'],
  [['load', '--key', 'a\r\nb'], '--key: expected a key'],
  [['stress', '--rate', '50', '--max', '10'], '--max: expected the rate of the first step'],
  [['scalability', '--replicas', '1,2'], '--replicas: goes with --scale'],
  [['load', '--speed', '1'], "Unknown option '--speed'"],
])('%j is refused, and it is said why', (args, message) => {
  expect(() => readSettings(args, {})).toThrow(message);
});

test('it is known beforehand how many jobs will be submitted', () => {
  const args = ['--rate', '10', '--for', '10s', '--mix', 'submit=1,read=1'];
  expect(plannedJobs(readSettings(['load', ...args], {}))).toBe(50);
  expect(plannedJobs(readSettings(['stress', ...args], {}))).toBeUndefined();
});

test('scalability multiplies replicas by a command, by URLs, or else the clients', () => {
  const sizes = (...args: string[]) =>
    stepsOf(readSettings(['scalability', ...args], {})).map(({ size, lanes, servers, command }) => [
      size,
      lanes,
      servers,
      command,
    ]);
  expect(sizes('--replicas', '1,3', '--scale', 'up {n}', '--connections', '9')).toEqual([
    [1, 9, 1, 'up 1'],
    [3, 9, 1, 'up 3'],
  ]);
  expect(sizes('--url', 'http://a', '--url', 'http://b', '--connections', '9')).toEqual([
    [1, 9, 1, undefined],
    [2, 9, 2, undefined],
  ]);
  expect(sizes('--clients', '2,4')).toEqual([
    [2, 2, 1, undefined],
    [4, 4, 1, undefined],
  ]);
});
