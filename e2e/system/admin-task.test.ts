import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousFindings } from './accessibility.ts';
import { executablePath, launchBrowser } from './browser.ts';
import { type RunningSystem, startSystem } from './running-system.ts';

let browser: Browser;
let system: RunningSystem;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  if (!executablePath) return;
  [browser, system] = await Promise.all([launchBrowser(), startSystem()]);
  page = await browser.newPage({ httpCredentials: { username: 'ada', password: 'dev' } });
  page.setDefaultTimeout(60_000);
  page.on('pageerror', (err) => faults.push(err.message));
  page.on('console', (message) => {
    // A form that is refused is answered with 422, which the browser tells as an error.
    if (message.type() === 'error' && !message.text().includes('422')) faults.push(message.text());
  });
});
afterAll(async () => {
  await browser?.close();
  await system?.[Symbol.asyncDispose]();
});

const failing = (message: string) => ({ failures: 9, permanent: true, message });

test.skipIf(!executablePath)(
  'an operator finds a failed job by a word of its error, corrects its payload and watches it succeed',
  async () => {
    const others = ['the mailbox is full', 'no such template'].map((message) =>
      system.submit('demo.fail', failing(message)),
    );
    const job = await system.submit(
      'demo.fail',
      failing('warehouse <b>Zanzibar</b> does not answer'),
    );
    for (const { id } of [...(await Promise.all(others)), job]) await system.until(id, 'failed');

    // Find it: the history may be a moment late, and the list brings itself up to date.
    await page.goto(`${system.url}/admin`);
    await page.keyboard.press('/');
    await page.keyboard.type('zanzibar');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/admin/jobs?text=zanzibar');
    const found = page.locator('#found tbody tr');
    await found.first().waitFor();
    expect(await found.count()).toBe(1);
    expect(await seriousFindings(page)).toEqual([]);

    // Read why, by keyboard.
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Why it did not succeed' }).waitFor();
    const why = page.getByRole('region', { name: 'Error' });
    expect(await why.textContent()).toContain('warehouse <b>Zanzibar</b> does not answer');
    await page.getByText('Stack', { exact: true }).click();
    await page.getByRole('region', { name: 'Stack of attempt 1' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);

    // Correct it, not without a slip.
    await page.getByRole('link', { name: 'Edit and redrive…' }).click();
    const payload = page.getByLabel('Payload, as JSON');
    expect(JSON.parse(await payload.inputValue())).toEqual(job.payload);
    await payload.fill('{"failures": "none"}');
    await page.getByRole('button', { name: 'Redrive' }).click();
    const fault = page.getByRole('alert');
    await fault.waitFor();
    expect(await fault.textContent()).toContain('/failures');
    expect(await payload.inputValue()).toBe('{"failures": "none"}');
    expect(await seriousFindings(page)).toEqual([]);
    await payload.fill('{"failures": 0}');
    await page.getByRole('button', { name: 'Redrive' }).click();

    // Watch it succeed.
    await page.getByText('The job runs again, with the new payload.').waitFor();
    await page.locator('.facts .badge.status-succeeded').waitFor();
    await page.getByRole('region', { name: 'Result', exact: true }).first().waitFor();
    expect(await system.read(job.id)).toMatchObject({
      status: 'succeeded',
      payload: { failures: 0 },
    });

    // It was written down.
    await page.goto(`${system.url}/admin/audit`);
    await page.getByText('job.redrive').first().waitFor();
    expect(await page.locator('main').textContent()).toContain(job.id);
    expect(faults).toEqual([]);
  },
);
