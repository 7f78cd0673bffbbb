import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { executablePath, launchBrowser } from '../../../e2e/system/browser.ts';
import { type RunningSystem, startSystem } from '../../../e2e/system/running-system.ts';
import type { createClient } from '../src/index.ts';

declare global {
  /** The client, where the page has loaded it. */
  var createDroverClient: typeof createClient;
}

const folders: Record<string, string> = {
  client: resolve(import.meta.dirname, '../src'),
  parser: dirname(fileURLToPath(import.meta.resolve('eventsource-parser'))),
};

const page = `<!doctype html>
<script type="importmap">{"imports":{"eventsource-parser":"/parser/index.js"}}</script>
<script type="module">
  import { createClient } from '/client/index.ts';
  window.createDroverClient = createClient;
</script>`;

/** A site of another origin than the API's, which loads the client as it is but for its types. */
const startSite = async (): Promise<Server> => {
  const site = createServer(async ({ url = '' }, response) => {
    const [, folder = '', ...path] = url.split('/');
    const root = folders[folder];
    if (root === undefined) return response.setHeader('content-type', 'text/html').end(page);
    const source = await readFile(join(root, ...path), 'utf8');
    const script = url.endsWith('.ts') ? stripTypeScriptTypes(source) : source;
    return response.setHeader('content-type', 'text/javascript').end(script);
  });
  await new Promise<void>((listening) => site.listen(0, '127.0.0.1', listening));
  return site;
};

let browser: Browser;
let system: RunningSystem;
let site: Server;
let origin: string;
beforeAll(async () => {
  if (!executablePath) return;
  site = await startSite();
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  [browser, system] = await Promise.all([
    launchBrowser(),
    startSystem({ roles: ['api', 'worker'], env: { CORS_ORIGINS: origin } }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  site?.close();
  await system?.[Symbol.asyncDispose]();
});

/** Runs in the page. */
const useClient = async (url: string) => {
  const client = createDroverClient({ url, key: 'dev' });
  const job = await client.submit('demo.sleep', { ms: 200, steps: 2 }, { priority: 1 });
  const events: string[] = [];
  for await (const { event } of client.follow(job)) events.push(event);
  const finished = await client.wait(job);
  const again = await client.submit('demo.echo', { value: 1 }, {}, { idempotencyKey: job.id });
  const replay = await client.submit('demo.echo', { value: 1 }, {}, { idempotencyKey: job.id });
  const error = await client.cancel(again.id.slice(1)).catch((err) => err);
  return {
    events: [...new Set(events)].toSorted(),
    status: finished.status,
    result: finished.result,
    replayed: replay.replayed,
    code: error.code,
    hasRequestId: typeof error.requestId === 'string',
  };
};

test.skipIf(!executablePath)('the client runs in a browser, from another origin', async () => {
  const tab = await browser.newPage();
  await tab.goto(origin);
  await tab.waitForFunction(() => globalThis.createDroverClient !== undefined);
  expect(await tab.evaluate(useClient, system.url)).toEqual({
    events: ['log', 'progress', 'status'],
    status: 'succeeded',
    result: { sleptMs: 200 },
    replayed: true,
    code: 'job-not-found',
    hasRequestId: true,
  });
});
