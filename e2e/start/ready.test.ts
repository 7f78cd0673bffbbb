import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJob, runEcho } from './first-job.ts';
import { isBanner, makeDataDir, type RunningStart, startDrover } from './running-start.ts';

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

test('the banner names the addresses, the development key and a first call', async () => {
  const banner = await drover.line(isBanner);
  const api = drover.api.replace('127.0.0.1', 'localhost');
  expect(banner).toMatchObject({
    api,
    pages: `${api}/admin`,
    health: `${api}/health`,
    key: 'dev',
    startMs: expect.any(Number),
  });
  expect(banner['curl']).toContain(`${api.replace('http://', '')}/jobs`);
  expect(banner['curl']).toContain('authorization: Bearer dev');
});

test('every process is ready', async () => {
  const banner = await drover.line(isBanner);
  for (const url of [banner['api'], banner['worker'], banner['scheduler']]) {
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  }
});

test('a job that is submitted runs', async () => {
  const path = await runEcho(drover.api, 'hello');
  expect(await readJob(drover.api, path)).toMatchObject({ result: { value: 'hello' } });
});

test('output that is not a terminal is JSON lines only', () => {
  const notJson = drover.lines.filter((line) => {
    try {
      return typeof JSON.parse(line) !== 'object';
    } catch {
      return true;
    }
  });
  expect(notJson).toEqual([]);
});
