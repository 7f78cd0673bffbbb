import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { executablePath, launchBrowser } from './browser.ts';
import { type RunningSystem, startSystem } from './running-system.ts';

let browser: Browser;
let system: RunningSystem;
let folder: string;

beforeAll(async () => {
  if (!executablePath) return;
  folder = await mkdtemp(join(tmpdir(), 'drover-screenshot-'));
  [browser, system] = await Promise.all([
    launchBrowser(),
    startSystem({ roles: ['api', 'worker'] }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await system?.[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true });
});

test.skipIf(!executablePath)('a browser shows every queue, and a finished job in it', async () => {
  const { id } = await system.submit('demo.echo', { value: 'seen in a browser' });
  await system.until(id);

  const page = await browser.newPage({ httpCredentials: { username: 'me', password: 'dev' } });
  const faults: string[] = [];
  page.on('pageerror', (err) => faults.push(err.message));
  await page.goto(`${system.url}/admin/queues`);
  for (const queue of ['media', 'mail', 'demo']) {
    await page.getByText(queue, { exact: true }).first().waitFor();
  }
  const overview = join(folder, 'overview.png');
  await page.screenshot({ path: overview });
  expect((await stat(overview)).size).toBeGreaterThan(10_000);

  await page.goto(`${system.url}/admin/queues/queue/demo?status=completed`);
  await page.getByText('demo.echo').first().waitFor();
  await page.getByText('seen in a browser').first().waitFor();
  expect(faults).toEqual([]);
});
