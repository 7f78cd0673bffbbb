import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeOwnership } from '../../scripts/stack/ownership.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { createReport } from '../../scripts/stack/report.ts';
import { beginStart, makeDataDir } from './running-start.ts';

let data: Awaited<ReturnType<typeof makeDataDir>>;

beforeAll(async () => {
  data = await makeDataDir();
});
afterAll(() => data[Symbol.asyncDispose]());

test('a port that is taken is named, with the variable that changes it', async () => {
  const port = await freePort();
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');

  await using drover = await beginStart({ data, env: { WORKER_PORT: `${port}` } });

  expect(await drover.exited).toEqual({ code: 1, signal: null });
  expect(drover.lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      level: 50,
      msg: `Port ${port} on 127.0.0.1 is in use: set WORKER_PORT to another one.`,
    }),
  ]);
  other.close();
});

test('a second start on the same data is refused', async () => {
  const ownership = await takeOwnership(data.path, {
    api: 'http://localhost:1234',
    patienceMs: 0,
    report: createReport('json'),
  });

  await using drover = await beginStart({ data });

  expect(await drover.exited).toEqual({ code: 1, signal: null });
  const [line] = drover.lines.map((text) => JSON.parse(text));
  expect(line).toMatchObject({ code: 'already-running' });
  expect(line.msg).toContain(`process ${process.pid}, http://localhost:1234`);
  ownership.release();
});

test('a wrong configuration is explained at once', async () => {
  await using drover = await beginStart({ data, env: { PORT: '3000x' } });

  expect(await drover.exited).toEqual({ code: 78, signal: null });
  expect(drover.lines).toEqual([]);
  expect(drover.stderr()).toContain('PORT: expected a whole number');
});
