import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createClient } from '../../packages/client/src/index.ts';
import { parseSubmission } from '../../packages/jobs/src/adding/submission.ts';
import { createCatalog, jobTypes } from '../../packages/jobs/src/catalog.ts';
import { wishes } from '../../scripts/demo/wishes.ts';

test('everything that the demo submits is accepted', async () => {
  const catalog = createCatalog({ production: false, types: jobTypes });
  const refusals: unknown[] = [];
  let submissions = 0;
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      submissions += 1;
      const body = await json(request);
      await Promise.resolve()
        .then(() => parseSubmission(body, catalog))
        .catch((err: unknown) => refusals.push(err));
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"demo.0.x"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const drover = createClient({ url: `http://127.0.0.1:${port}`, key: 'dev' });
    for (const [, wish] of wishes) await wish(drover);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  expect(refusals).toEqual([]);
  expect(submissions).toBeGreaterThan(5);
});
