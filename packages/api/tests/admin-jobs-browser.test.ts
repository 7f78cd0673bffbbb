import type { JobResource } from '@drover/jobs/contract/job-resource';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seriousFindings } from '../../../e2e/system/accessibility.ts';
import { executablePath, launchBrowser } from '../../../e2e/system/browser.ts';
import { startWorkerOf } from './running-worker.ts';
import { hourly, type ScheduleApi, startScheduleApi } from './schedule-fixtures.ts';
import { echo, failingOnce, run } from './workflow-fixtures.ts';

let tested: ScheduleApi;
let worker: AsyncDisposable;
let browser: Browser;
let failed: JobResource;
let paths: readonly string[];

const submit = async (type: string, payload: unknown, options = {}): Promise<JobResource> =>
  (await tested.api.submit({ type, payload, options })).body;

beforeAll(async () => {
  if (!executablePath) return;
  [tested, browser] = await Promise.all([startScheduleApi(), launchBrowser()]);
  const { api } = tested;
  worker = await startWorkerOf(api);
  const message = `<script>alert(1)</script> ${'unbroken'.repeat(60)}`;
  const retry = { attempts: 2, backoff: { kind: 'fixed', delay: 10 }, tags: ['nightly'] };
  const { id } = await submit('demo.fail', { failures: 9, message }, retry);
  failed = (await api.ask(`/jobs/${id}`, { headers: { prefer: 'wait=20' } })).body;
  await tested.put('hourly', hourly);
  const steps = { a: echo(1), b: failingOnce({ needs: ['a'], onFailure: 'c' }), c: echo(2) };
  const workflow = await run(api, { steps });
  paths = [
    '/admin/jobs?since=24h',
    '/admin/jobs/all/retry',
    `/admin/jobs/${id}`,
    `/admin/jobs/${id}/redrive`,
    '/admin/dead-letters',
    '/admin/dead-letters/redrive',
    '/admin/schedules',
    '/admin/workflows',
    `/admin/workflows/${workflow.id}`,
  ];
});
afterAll(async () => {
  await browser?.close();
  await worker?.[Symbol.asyncDispose]();
  await tested?.[Symbol.asyncDispose]();
});

const faults: string[] = [];

const open = async (look: { colorScheme: 'light' | 'dark'; width: number }): Promise<Page> => {
  const page = await browser.newPage({
    colorScheme: look.colorScheme,
    viewport: { width: look.width, height: 800 },
    httpCredentials: { username: 'ada', password: 'dev' },
  });
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (err) => faults.push(err.message));
  page.on('dialog', (dialog) => faults.push(`a dialog: ${dialog.message()}`));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${message.location().url} ${message.text()}`);
  });
  return page;
};

describe.skipIf(!executablePath)('in a browser', { timeout: 120_000 }, () => {
  test.each([
    { colorScheme: 'light', width: 1_200 },
    { colorScheme: 'dark', width: 360 },
  ] as const)('the pages can be read by all: $colorScheme, $width wide', async (look) => {
    const page = await open(look);
    const findings: string[] = [];
    // Forms look alike: once is enough.
    const shown = paths.filter((path) => look.width === 360 || !/redrive|retry/.test(path));
    for (const path of shown) {
      await page.goto(tested.api.url + path);
      const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
      if (width > look.width) findings.push(`${path} is ${width} wide`);
      findings.push(...(await seriousFindings(page)).map((found) => `${path}: ${found}`));
    }
    expect(findings).toEqual([]);
    await page.close();
  });

  test('the page of a job that waits tells of its end by itself', async () => {
    const page = await open({ colorScheme: 'light', width: 1_200 });
    const { id } = await submit('demo.echo', { value: 1 }, { delay: '1h' });
    await page.goto(`${tested.api.url}/admin/jobs/${id}`);
    await page.locator('.facts .badge.status-scheduled').waitFor();
    await tested.send('DELETE', `/jobs/${id}`);
    await page.locator('.facts .badge.status-canceled').waitFor();
    await page.getByRole('button', { name: 'Retry' }).waitFor();
    expect(await page.getByRole('button', { name: 'Cancel', exact: true }).isVisible()).toBe(false);
    await page.close();
  });

  test('nothing is discarded before it was confirmed', async () => {
    const page = await open({ colorScheme: 'dark', width: 1_200 });
    await page.goto(`${tested.api.url}/admin/jobs/${failed.id}`);
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect((await tested.send('GET', `/jobs/${failed.id}`)).status).toBe(200);
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
    await page.getByText(`The job ${failed.id} was discarded.`).waitFor();
    expect((await tested.send('GET', `/jobs/${failed.id}`)).status).toBe(404);
    await page.close();
  });

  test('nothing was blocked or broken, and nothing that clients wrote was run', () => {
    expect(faults).toEqual([]);
  });
});
