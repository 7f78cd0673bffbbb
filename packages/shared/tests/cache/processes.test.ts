import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testEnvironment } from '../../../../tests/servers/configuration.ts';
import type { Order, Said } from './contender.ts';
import { startCaches } from './running-caches.ts';

/** A process with caches of its own. */
const startContender = async (env: Record<string, string>) => {
  const child: ChildProcess = fork(join(import.meta.dirname, 'contender.ts'), {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  const exit = once(child, 'exit');
  const said: Said[] = [];
  child.on('message', (message) => said.push(message as Said));
  const hears = async <Kind extends Said['kind']>(
    kind: Kind,
  ): Promise<Extract<Said, { kind: Kind }>> => {
    for (;;) {
      const heard = said.find((it) => it.kind === kind);
      if (heard) return heard as Extract<Said, { kind: Kind }>;
      await once(child, 'message');
    }
  };
  await hears('ready');
  return {
    hears,
    tell: (order: Order) => void child.send(order),
    end: async (signal: NodeJS.Signals) => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return (await exit)[0] as number | null;
    },
  };
};

const startField = async (count: number) => {
  const env = testEnvironment();
  const stack = new AsyncDisposableStack();
  const observer = stack.use(await startCaches({ prefix: env.KEY_PREFIX }));
  const contenders = await Promise.all(Array.from({ length: count }, () => startContender(env)));
  for (const { end } of contenders) stack.defer(async () => void (await end('SIGKILL')));
  const place = `${observer.keys.cacheClock}`;
  return {
    contenders,
    loads: async () => Number(await observer.redis.get(`${place}:loads`)),
    flushed: () => observer.redis.lrange(`${place}:flushed`, 0, -1),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

test('1 000 concurrent misses of one key over three processes run the loader once', async () => {
  await using field = await startField(3);
  const times = [334, 333, 333];
  for (const [n, { tell }] of field.contenders.entries()) {
    tell({ kind: 'read', key: 'a', times: times[n] ?? 0, hangs: false });
  }
  const answers = await Promise.all(field.contenders.map(({ hears }) => hears('read')));
  const values = answers.flatMap((answer) => answer.values);
  expect(values).toHaveLength(1_000);
  expect(new Set(values)).toEqual(new Set([1]));
  expect(await field.loads()).toBe(1);
}, 60_000);

test('when the process that loads is killed, one of those who wait takes over', async () => {
  await using field = await startField(3);
  const [doomed, ...others] = field.contenders;
  doomed?.tell({ kind: 'read', key: 'a', times: 10, hangs: true });
  await doomed?.hears('loading');
  for (const { tell } of others) tell({ kind: 'read', key: 'a', times: 10, hangs: false });
  await doomed?.end('SIGKILL');
  const answers = await Promise.all(others.map(({ hears }) => hears('read')));
  expect(new Set(answers.flatMap(({ values }) => values))).toEqual(new Set([2]));
  expect(await field.loads()).toBe(2);
}, 60_000);

test('what waits to be written behind is flushed at SIGTERM', async () => {
  await using field = await startField(1);
  const [writer] = field.contenders;
  writer?.tell({ kind: 'write', times: 50 });
  await writer?.hears('written');
  expect(await field.flushed()).toEqual([]);
  expect(await writer?.end('SIGTERM')).toBe(0);
  expect(await field.flushed()).toHaveLength(50);
}, 60_000);
