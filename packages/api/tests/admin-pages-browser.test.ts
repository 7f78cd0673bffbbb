import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { executablePath, launchBrowser } from '../../../e2e/system/browser.ts';
import { type PreparedApi, startPreparedApi, writeSamples, writeWorker } from './admin-fixtures.ts';
import { queueFixture } from './queue-fixtures.ts';

const axe = readFileSync(new URL(import.meta.resolve('axe-core')), 'utf8');

/** It looks at every element, which takes its time on a busy machine. */
const axeTimeoutMs = 60_000;

/** What it looks at; the rows of a table are all alike. */
const axeOptions = [
  JSON.stringify({ exclude: ['tbody tr:nth-child(n + 4)'] }),
  JSON.stringify({
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  }),
].join(', ');

interface Finding {
  id: string;
  impact: string | null;
  nodes: { html: string }[];
}

describe.skipIf(!executablePath)('the pages in a browser', () => {
  let prepared: PreparedApi;
  let browser: Browser;
  const faults: string[] = [];

  const open = async (path: string, options: Parameters<Browser['newContext']>[0] = {}) => {
    const context = await browser.newContext({
      httpCredentials: { username: 'ada', password: 'dev' },
      ...options,
    });
    const page = await context.newPage();
    page.on('pageerror', (err) => faults.push(err.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(prepared.api.url)) faults.push(`asks ${request.url()}`);
    });
    await page.goto(prepared.api.url + path);
    return page;
  };

  /** What axe finds that keeps people from using a page. */
  const seriousFindings = async (page: Page): Promise<string[]> => {
    // Evaluated by the debugger, which no policy of the page forbids.
    await page.evaluate(axe);
    const found = (await page.evaluate(`axe.run(${axeOptions})`)) as { violations: Finding[] };
    return found.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
  };

  beforeAll(async () => {
    prepared = await startPreparedApi();
    const { api } = prepared;
    await writeSamples(prepared, 58);
    await writeWorker(api, 'host-a');
    await writeWorker(api, 'host-b', '0.2.0');
    const media = queueFixture(api, 'media', 0);
    await media.waiting(5, 95_000);
    await media.waiting(5, 60_000);
    await api.queues.get('http', 0).pause();
    await queueFixture(api, 'http', 0).waiting();
    await api.ask('/queues/demo/resume', { key: 'dev', method: 'POST' });
    await api.ask('/queues/nonsense/pause', { key: 'dev', method: 'POST' });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await prepared?.[Symbol.asyncDispose]();
  });

  test.each([
    ['/admin', 'light'],
    ['/admin', 'dark'],
    ['/admin/workers', 'light'],
    ['/admin/audit', 'light'],
    ['/admin/audit', 'dark'],
    ['/admin/nothing', 'light'],
  ] as const)(
    'keep nobody out: %s, %s',
    async (path, colorScheme) => {
      // One that lives for 15 seconds.
      await writeWorker(prepared.api, 'host-a');
      const page = await open(path, { colorScheme });
      if (path === '/admin') await page.locator('figure[data-chart] canvas').nth(3).waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await page.context().close();
      // The page that is not there says so in the console.
      expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
    },
    axeTimeoutMs,
  );

  test('fit a phone', async () => {
    const page = await open('/admin', { viewport: { width: 360, height: 740 } });
    await page.locator('figure[data-chart] canvas').nth(3).waitFor();
    for (const path of ['/admin', '/admin/workers', '/admin/audit']) {
      if (path !== '/admin') await page.goto(prepared.api.url + path);
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect({ path, isTooWide: Number(width) > 360 }).toEqual({ path, isTooWide: false });
    }
    await page.context().close();
  });

  test('draw charts, whose tables stay for who cannot see them', async () => {
    const page = await open('/admin');
    await page.locator('figure[data-chart] canvas').nth(3).waitFor();
    await page.getByText('As a table: Throughput').click();
    const table = page.getByRole('region', { name: 'Throughput' });
    expect(await table.getByRole('row').count()).toBe(61);
    await page.context().close();
  });

  test('are brought up to date while they are open', async () => {
    const page = await open('/admin');
    const row = page.getByRole('row', { name: 'demo' });
    expect(await row.getByText('paused').count()).toBe(0);
    await prepared.api.queues.get('demo', 0).pause();
    await row.getByText('paused').waitFor();
    await page.context().close();
  });

  test('stop a queue and start it again, once the operator is sure', async () => {
    const page = await open('/admin');
    const isPaused = () => prepared.api.queues.get('media', 0).isPaused();
    await page.getByRole('button', { name: 'Pause the queue media' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await isPaused()).toBe(false);
    await page.getByRole('button', { name: 'Pause the queue media' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
    await page.getByText('The queue media is paused.').waitFor();
    expect(await isPaused()).toBe(true);
    await page.getByRole('button', { name: 'Resume the queue media' }).click();
    await page.getByText('The queue media runs again.').waitFor();
    expect(await isPaused()).toBe(false);
    await page.context().close();
  });

  test('are gone through by keys', async () => {
    const page = await open('/admin');
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await help.waitFor();
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.id')).toBe('search');
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.waitForURL('**/admin/audit');
    await page.keyboard.press('j');
    expect(await page.locator('tr.current').count()).toBe(1);
    await page.context().close();
  });

  test('read and write without scripts', async () => {
    const page = await open('/admin', { javaScriptEnabled: false });
    await page.getByRole('button', { name: 'Pause the queue mail' }).click();
    await page.getByText('The queue mail is paused.').waitFor();
    await page.getByText('As a table: Backlog').click();
    expect(await page.getByRole('region', { name: 'Backlog' }).getByRole('row').count()).toBe(61);
    await page.context().close();
  });
});
