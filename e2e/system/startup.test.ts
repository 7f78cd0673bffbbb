import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { testEnvironment } from '../../tests/servers/configuration.ts';
import { startSystem } from './running-system.ts';

const roles = ['api', 'worker', 'scheduler'] as const;
const portVariable = { api: 'PORT', worker: 'WORKER_PORT', scheduler: 'SCHEDULER_PORT' };

/** Runs a process that is expected to end by itself. */
const run = async (role: string, env: Record<string, string | undefined>) => {
  const child = spawn(process.execPath, [`packages/${role}/src/main.ts`], {
    cwd: resolve(import.meta.dirname, '../..'),
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
};

test.each(roles)(
  '%s lists everything that is wrong with its configuration and exits with 78',
  async (role) => {
    const outcome = await run(role, {
      ...testEnvironment({ WORKER_PORT: 'x', LOGLEVEL: 'info' }),
      REDIS_URL: undefined,
      LOG_LEVEL: undefined,
    });
    expect(outcome.code).toBe(78);
    expect(outcome.stderr).toContain('REDIS_URL is required');
    expect(outcome.stderr).toContain('WORKER_PORT: expected a whole number');
    expect(outcome.stderr).toContain('Did you mean LOG_LEVEL?');
    expect(outcome.stderr).not.toContain('    at ');
  },
);

test('a worker whose concurrency names an unknown queue says so and exits with 78', async () => {
  const outcome = await run('worker', testEnvironment({ CONCURRENCY: 'medium=3' }));
  expect(outcome).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('Did you mean "media"?'),
  });
});

test.each(roles)('%s says which port is taken and which variable changes it', async (role) => {
  const blocker = createServer();
  await new Promise<void>((done) => blocker.listen(0, '127.0.0.1', done));
  const port = String((blocker.address() as AddressInfo).port);
  const variable = portVariable[role];
  const outcome = await run(role, testEnvironment({ [variable]: port, LOG_LEVEL: 'fatal' }));
  blocker.close();
  expect(outcome.code).toBe(1);
  expect(outcome.stdout).toContain(`Port ${port} is already taken. Set ${variable} to a free one.`);
});

test.each(roles)(
  '%s says that a store cannot be reached, and which variable names it',
  async (role) => {
    const env = testEnvironment({
      REDIS_URL: 'redis://127.0.0.1:1',
      LOG_LEVEL: 'fatal',
      STARTUP_TIMEOUT: '300ms',
    });
    const outcome = await run(role, env);
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('Redis cannot be reached');
    expect(outcome.stdout).toContain('REDIS_URL');
  },
);

test('a worker whose port is taken leaves the jobs alone', async () => {
  await using system = await startSystem({ roles: ['api'] });
  const { id } = await system.submit('demo.sleep', { ms: 500 });
  const worker = await run('worker', {
    ...system.env,
    WORKER_PORT: new URL(system.url).port,
    LOG_LEVEL: 'fatal',
  });
  expect(worker.code).toBe(1);
  expect(await system.read(id)).toMatchObject({ status: 'queued', startedAt: null });
});

test('a stray error while a process stops ends it with 1, but lets it stop in order', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'stray-errors.ts')], {
    env: { PATH: process.env['PATH'], ...testEnvironment({ LOG_LEVEL: 'info' }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes('"msg":"ready"') && !output.includes('"msg":"stopping"')) {
      child.kill('SIGTERM');
    }
  }
  expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(1);
  expect(output).toContain('stray');
  expect(output).toMatch(/"msg":"stopped"/);
});
