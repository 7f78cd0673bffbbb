import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { createStack } from '@drover/shared/lifecycle/stack';
import { silentLog } from '@drover/shared/log';
import type { Role } from '@drover/shared/metrics/define-metric';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { metricsByArea } from '../../../scripts/docs/metrics.ts';
import { freePort } from '../../../scripts/stack/ports.ts';
import { describedIn } from '../../../tests/metrics/samples.ts';
import { testConfig } from '../../../tests/servers/configuration.ts';
import { composeApi } from '../../api/src/app.ts';
import { composeWorker } from '../../worker/src/app.ts';
import { composeScheduler } from '../src/app.ts';

const log = silentLog();
const stop = new AsyncDisposableStack();
let ports: Record<Role, number>;

beforeAll(async () => {
  const [api, worker, scheduler] = [await freePort(), await freePort(), await freePort()];
  ports = { api, worker, scheduler };
  const config = testConfig({
    PORT: String(api),
    WORKER_PORT: String(worker),
    SCHEDULER_PORT: String(scheduler),
  });
  for (const compose of [composeApi, composeWorker, composeScheduler]) {
    const stack = createStack(compose(config, log), log);
    stop.defer(async () => void (await stack.stop(deadlineIn(5_000))));
    await stack.start();
  }
});
afterAll(() => stop.disposeAsync());

const ask = (role: Role, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${ports[role]}/metrics`, { headers });

test.each(['api', 'worker', 'scheduler'] as const)(
  'the %s exports what the reference says, and no more',
  async (role) => {
    const answer = await ask(role);
    expect(answer.status).toBe(200);
    const exported = describedIn(await answer.text());
    const documented = Object.values(metricsByArea)
      .flat()
      .filter(({ by }) => by.includes(role))
      .map(({ name }) => name);
    const own = exported.filter((name) => name.startsWith('drover_'));
    expect(own.sort()).toEqual(documented.sort());
    expect(exported).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds']),
    );
  },
);

test.each(['worker', 'scheduler'] as const)('the %s has none for a proxy', async (role) => {
  const answer = await ask(role, { 'x-forwarded-for': '203.0.113.7' });
  expect(answer.status).toBe(403);
  expect(await answer.text()).not.toContain('drover_');
});

test('names and kinds are as Prometheus wants them', () => {
  for (const { name, kind, labels, help, buckets } of Object.values(metricsByArea).flat()) {
    expect(name).toMatch(/^drover_[a-z0-9_]+$/);
    expect(name.endsWith('_total'), name).toBe(kind === 'counter');
    expect(buckets !== undefined, name).toBe(kind === 'histogram');
    expect(help.endsWith('.'), name).toBe(true);
    for (const label of labels) expect(['job', 'instance', 'role', 'tenant']).not.toContain(label);
  }
});
