import { expect, test } from 'vitest';
import { htmlReport } from '../../bench/load/report/html.ts';
import { textReport } from '../../bench/load/report/text.ts';
import { prepareTest } from '../../bench/load/run-test.ts';
import { readSettings } from '../../bench/load/settings.ts';
import { startServer } from './server.ts';

const silent = () => undefined;
const settingsFor = (url: string, ...more: string[]) =>
  readSettings(
    ['load', '--url', url, '--key', 'very-secret', '--for', '1s', '--rate', '60', ...more],
    {},
  );

const exposition = `process_resident_memory_bytes{role="api"} 1048576
process_cpu_seconds_total{role="api"} 1.5
`;

test('a test says what it saw, on the terminal and in one file, and never the key', async () => {
  let submissions = 0;
  await using server = await startServer(({ method, url }, response) => {
    if (url === '/metrics') return response.end(exposition);
    if (method === 'GET') return response.end('{}');
    submissions += 1;
    // The first one is the check before the test.
    if (submissions === 3) {
      return response.writeHead(500).end('{"type":"/problems/<internal>"}');
    }
    return response.writeHead(202, { location: '/jobs/demo.0.a' }).end('{}');
  });
  const ready = await prepareTest(settingsFor(server.url), silent);
  const result = await ready.run(new AbortController().signal);

  expect(result.phases.map(({ name }) => name)).toEqual(['rise', 'steady']);
  expect(result.reasons).toEqual({ '500 <internal>': 1 });
  expect(result.processes).toMatchObject([{ name: expect.stringContaining('api') }]);
  const text = textReport(result);
  const html = htmlReport(result);
  expect(text).toContain('p95 < 300 ms');
  expect(html).toMatch(/<(polyline|circle) /);
  expect(html).toContain('500 &#60;internal&#62;');
  expect(html).not.toMatch(/<script|<link|\bsrc=|url\(/);
  for (const report of [text, html, JSON.stringify(result)]) {
    expect(report).not.toContain('very-secret');
  }
});

test('a test that is interrupted ends at once, with what it has seen', async () => {
  await using server = await startServer(({ url }, response) => {
    if (url === '/metrics') return response.writeHead(403).end();
    return response
      .writeHead(url === '/jobs' ? 202 : 200, { location: '/jobs/demo.0.a' })
      .end('{}');
  });
  const ready = await prepareTest(settingsFor(server.url, '--for', '1h'), silent);
  const interruption = new AbortController();
  const running = ready.run(interruption.signal);
  interruption.abort(new Error('enough'));

  const result = await running;
  expect(result).toMatchObject({ hasPassed: false, cutShort: 'enough' });
});

const refusals: [string, number, Record<string, string>, string][] = [
  ['a wrong key', 401, {}, 'give another with --key'],
  ['a key without the roles', 403, {}, 'it needs the roles submit and read'],
  ['another server', 404, {}, 'Is that the API of Drover?'],
  ['a job that is not taken', 422, {}, '--job'],
  ['a tier that is used up', 429, {}, 'the tier unlimited'],
  [
    'a tier that would be used up',
    202,
    {
      location: '/jobs/demo.0.a',
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '30',
      'ratelimit-policy': '"free";q=100;w=3600',
    },
    'tier "free" allows 100 jobs in 3600 s, of which 30 are left; this test submits about 45',
  ],
];

test.each(refusals)('%s is noticed before the load', async (_, status, headers, message) => {
  await using server = await startServer((__, response) =>
    response.writeHead(status, headers).end('{"detail":"no"}'),
  );
  const mix = ['--mix', 'submit=3,list=1'];
  await expect(prepareTest(settingsFor(server.url, ...mix), silent)).rejects.toThrow(message);
});

test('nobody at the URL is noticed before the load', async () => {
  const { url } = await (async () => {
    await using server = await startServer(() => undefined);
    return { url: server.url };
  })();
  await expect(prepareTest(settingsFor(url), silent)).rejects.toThrow(
    'cannot be reached (ECONNREFUSED)',
  );
});
