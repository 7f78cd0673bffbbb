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

test.skipIf(!executablePath)('a browser shows a dead letter, and offers no retry', async () => {
  const payload = { failures: 1, permanent: true, message: 'seen in the dead letters' };
  const { id } = await system.submit('demo.fail', payload);
  await system.until(id);

  const page = await browser.newPage({ httpCredentials: { username: 'me', password: 'dev' } });
  const faults: string[] = [];
  page.on('pageerror', (err) => faults.push(err.message));
  await page.goto(`${system.url}/admin/queues`);
  await page.getByText('dead-letters', { exact: true }).first().waitFor();
  await page.goto(`${system.url}/admin/queues/queue/dead-letters?status=failed`);
  await page.getByText('demo.fail').first().waitFor();
  await page.getByText('seen in the dead letters').first().waitFor();
  await page.getByText(id).first().waitFor();
  const picture = join(folder, 'dead-letters.png');
  await page.screenshot({ path: picture, fullPage: true });
  expect((await stat(picture)).size).toBeGreaterThan(10_000);
  expect(await page.getByRole('button', { name: /retry/i }).count()).toBe(0);

  // Not by hand either.
  const retried = await page.request.put(
    `${system.url}/admin/queues/api/queues/dead-letters/${id}/retry`,
  );
  expect(retried.status()).toBe(405);
  expect(faults).toEqual([]);
});
