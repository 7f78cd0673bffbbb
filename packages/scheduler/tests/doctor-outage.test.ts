import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testEnvironment } from '../../../tests/servers/configuration.ts';
import { examineBy, summariesOf } from './doctor-fixtures.ts';

const main = join(import.meta.dirname, '../src/doctor/main.ts');

const run = (args: string[], env: Record<string, string>) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const options = { env: { PATH: process.env['PATH'] ?? '', ...env } };
    execFile(process.execPath, [main, ...args], options, (err, stdout, stderr) =>
      resolve({ code: err?.code ?? 0, stdout, stderr }),
    );
  });

/** A server that takes connections and never says a word. */
const silentServer = async () => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

test.concurrent('a dead Postgres does not hide what Redis says', async () => {
  const { of } = await examineBy({ DATABASE_URL: 'postgres://127.0.0.1:1/drover' });
  expect(summariesOf(of('postgres'))).toMatch(/^fail: Postgres cannot be reached \(.*ECONNREFUSED/);
  expect(of('postgres migrations')).toMatchObject([{ status: 'skip' }]);
  expect(of('redis server')).toMatchObject([{ status: 'ok' }]);
  expect(of('dead letters')).toMatchObject([{ status: 'ok' }]);
});

test.concurrent('a dead Redis does not hide what Postgres says', async () => {
  const { of } = await examineBy({ REDIS_URL: 'redis://127.0.0.1:1' });
  expect(summariesOf(of('redis'))).toMatch(/^fail: Redis cannot be reached \(.*ECONNREFUSED/);
  expect(of('queues')).toMatchObject([{ status: 'skip' }]);
  expect(of('postgres server')).toMatchObject([{ status: 'ok' }]);
});

test.concurrent('servers that take connections and never answer are given up', async () => {
  await using silent = await silentServer();
  const { of } = await examineBy({
    REDIS_URL: `redis://${silent.address}`,
    DATABASE_URL: `postgres://${silent.address}/drover`,
    SMTP_URL: `smtp://${silent.address}`,
  });
  for (const check of ['redis', 'postgres', 'mail']) {
    expect(of(check), check).toMatchObject([{ status: 'fail' }]);
  }
});

test.concurrent('with nothing that is valid, the command says so as JSON and ends with 2', async () => {
  const env = { ...testEnvironment(), REDIS_URL: 'nonsense', PORT: '\u001b[31m70000' };
  const { code, stdout } = await run(['--json'], { ...env, DATABASE_URL: '' });
  const report = JSON.parse(stdout) as { status: string; findings: { summary: string }[] };
  expect(code).toBe(2);
  expect(report.status).toBe('fail');
  const text = report.findings.map(({ summary }) => summary).join('\n');
  expect(text).toContain('REDIS_URL: expected a URL');
  expect(text).toContain('DATABASE_URL is required');
  expect(text).toContain('PORT: expected a whole number');
  expect(text).not.toContain('\u001b');
});

test.concurrent('an unknown option ends with the usage and 64', async () => {
  const { code, stderr } = await run(['--fix'], testEnvironment());
  expect(code).toBe(64);
  expect(stderr).toContain('Usage: drover doctor');
});
