import { afterAll, beforeAll, expect, test } from 'vitest';
import { runEcho } from './first-job.ts';
import { makeDataDir, type RunningStart, startDrover } from './running-start.ts';

let data: Awaited<ReturnType<typeof makeDataDir>>;
let drover: RunningStart;

beforeAll(async () => {
  data = await makeDataDir();
  drover = await startDrover({ data });
});
afterAll(async () => {
  await drover[Symbol.asyncDispose]();
  await data[Symbol.asyncDispose]();
});

const pidOf = async (name: string): Promise<number> => {
  const { processes } = await drover.record();
  const pid = processes.find((one) => one.name === name)?.pid;
  if (pid === undefined) throw new Error(`${name} is not recorded`);
  return pid;
};

test('a worker that is killed is started again, and says so', async () => {
  const before = await pidOf('worker');
  process.kill(before, 'SIGKILL');

  await drover.line(({ msg }) => msg.startsWith('worker was killed by SIGKILL; restarting it'));
  await drover.line(({ msg }) => msg === 'worker is ready again');

  expect(await pidOf('worker')).not.toBe(before);
  await runEcho(drover.api, 'after the worker');
});

test('a worker that hangs is killed after half a minute, and started again', async () => {
  const before = await pidOf('worker');
  process.kill(before, 'SIGSTOP');

  await drover.line(({ msg }) => msg === 'worker does not answer any more; killing it');
  await expect.poll(() => pidOf('worker'), { timeout: 20_000 }).not.toBe(before);
  await runEcho(drover.api, 'after the hang');
});

test('a Redis that is killed is started again, with its data, where the others look for it', async () => {
  const path = await runEcho(drover.api, 'kept');
  const before = await pidOf('redis');
  process.kill(before, 'SIGKILL');

  await drover.line(({ msg }) => msg === 'redis is running again');

  expect(await pidOf('redis')).not.toBe(before);
  await expect
    .poll(async () => (await fetch(new URL('/ready', drover.api))).status, { timeout: 10_000 })
    .toBe(200);
  const response = await fetch(new URL(path, drover.api), {
    headers: { authorization: 'Bearer dev' },
  });
  expect(response.status).toBe(200);
  await runEcho(drover.api, 'after Redis');
});
