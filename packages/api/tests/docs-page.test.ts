import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { executablePath, launchBrowser } from '../../../e2e/system/browser.ts';
import { type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const visit = (path: string) => api.ask(path, { key: null });

test('the page is open to all, and runs nothing but its own files', async () => {
  const { status, headers, text } = await visit('/docs');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).not.toContain('unsafe');
  expect(text).not.toMatch(/https?:/);
});

test('its files are here, for caches to keep', async () => {
  const { text } = await visit('/docs');
  const files = [...text.matchAll(/(?:src|href)="(docs\/[^"]+)"/g)].map(([, path]) => `/${path}`);
  expect(files).toHaveLength(3);
  for (const file of files) {
    const { status, headers } = await visit(file);
    expect({ file, status }).toEqual({ file, status: 200 });
    expect(headers.get('content-type')).toMatch(/^text\/(css|javascript)/);
    expect(headers.get('content-encoding') ?? file).toMatch(/^(zstd|br|gzip|.*start\.js)$/);
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  }
});

describe.skipIf(!executablePath)('in a browser', () => {
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage({ colorScheme: 'dark' });
    page.on('pageerror', (err) => faults.push(err.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('request', (request) => {
      if (!/^(data:|blob:)/.test(request.url()) && !request.url().startsWith(api.url)) {
        faults.push(`asks ${request.url()}`);
      }
    });
    await page.goto(`${api.url}/docs`);
  });
  afterAll(() => browser.close());

  test('every area and its calls are shown, in the reader’s colours', async () => {
    for (const area of ['Jobs', 'Job types', 'Queues', 'Workers', 'Health']) {
      await page.getByRole('heading', { name: area }).first().waitFor();
    }
    expect(await page.getByText('Submit a job').count()).toBeGreaterThan(0);
    expect(await page.locator('html').getAttribute('class')).toContain('dark-mode');
  });

  test('a call can be tried', async () => {
    const probe = page.locator('#operations-Health-probeLive');
    await probe.locator('.opblock-summary-control').click();
    await probe.getByRole('button', { name: 'Try it out' }).click();
    await probe.getByRole('button', { name: 'Execute' }).click();
    await probe.locator('.live-responses-table').getByText('"status": "ok"').first().waitFor();
  });

  test('nothing was blocked, broken or asked elsewhere', () => {
    expect(faults).toEqual([]);
  });
});
