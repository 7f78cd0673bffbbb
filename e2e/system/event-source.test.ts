import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { executablePath, launchBrowser } from './browser.ts';
import { type RunningSystem, startSystem } from './running-system.ts';

let browser: Browser;
let system: RunningSystem;

beforeAll(async () => {
  if (!executablePath) return;
  [browser, system] = await Promise.all([
    launchBrowser(),
    startSystem({ roles: ['api', 'worker'] }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await system?.[Symbol.asyncDispose]();
});

/** Runs in the page: follows the job to its end, and sees whether the browser then lets go of it. */
const follow = (id: string) =>
  new Promise<{ statuses: string[]; lines: number[]; last: number }>((resolve) => {
    const statuses: string[] = [];
    const lines: number[] = [];
    let last = 0;
    const source = new EventSource(`/jobs/${id}/events`);
    const on = (name: string, take: (data: string) => void) =>
      source.addEventListener(name, (event) => take((event as MessageEvent).data));
    on('status', (data) => {
      const { status, progress } = JSON.parse(data);
      statuses.push(status);
      last = progress;
    });
    on('log', (data) => lines.push(JSON.parse(data).seq));
    on('progress', (data) => {
      last = JSON.parse(data).progress;
    });
    // The stream's end is an error to EventSource, which connects anew; 204 tells it to give up.
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) resolve({ statuses, lines, last });
    });
  });

test.skipIf(!executablePath)(
  'an EventSource follows a job to its end, over a restart of the API, and then gives up',
  async () => {
    const context = await browser.newContext({
      httpCredentials: { username: 'me', password: 'dev' },
    });
    const page = await context.newPage();
    await page.goto(`${system.url}/admin/queues`);
    const { id } = await system.submit('demo.sleep', { ms: 6_000, steps: 60 });
    const followed = page.evaluate(follow, id);
    await system.until(id, 'running');

    await system.stop('api');
    await system.start('api');
    const { statuses, lines, last } = await followed;
    expect(statuses.at(-1)).toBe('succeeded');
    expect(new Set(statuses).size).toBe(statuses.length);
    expect(lines).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(last).toBe(1);
    await context.close();
  },
);
