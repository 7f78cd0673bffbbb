import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { addJobs } from '@drover/jobs/adding/add-jobs';
import { toQueuedJob } from '@drover/jobs/record/queued-job';
import { listDeliveries } from '@drover/jobs/webhooks/list';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { jobTypes } from './hostile/jobs.ts';
import { startSite, type WebSite } from './web-site.ts';
import { type WorkerProcesses, workerProcesses } from './worker-processes.ts';

/** A lock has to run out. */
const timeoutMs = 60_000;

let site: WebSite;
let workers: WorkerProcesses;
beforeEach(async () => {
  site = await startSite();
  workers = await workerProcesses({ EGRESS_ALLOW: '127.0.0.1', SHUTDOWN_GRACE: '200ms' });
});
afterEach(async () => {
  await workers[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
});

/** A job whose end is told to the site. */
const submit = async (): Promise<string> => {
  const type = jobTypes.find((it) => it.type === 'here.echo');
  if (!type) throw new Error('there is no job type here.echo');
  const settle = { webhook: { tenant: 'test', type: type.type, url: `${site.url}/` } };
  const submission = { type, payload: 1, tenant: 'test', settle };
  const job = toQueuedJob(submission, { partitions: 1 });
  const [added] = await addJobs(workers.queues, [{ job }]);
  if (added?.outcome !== 'added') throw new Error('the job was not added');
  return added.id;
};

const kill = async ({ child, ended }: Awaited<ReturnType<WorkerProcesses['start']>>) => {
  child.kill('SIGKILL');
  await ended;
};

const arrived = async (count: number) => {
  while (site.arrived.length < count) await sleep(20);
  return site.arrived.map(({ headers }) => headers['webhook-id']);
};

const deliveries = async () => {
  const page = { tenant: 'test', filter: {}, after: undefined, limit: 10 };
  return (await listDeliveries(workers.queues, 1, page)).items;
};

test.each(['settle', 'webhooks'])(
  'a worker that is killed after the job ended, with the queue %s still to do, loses no delivery',
  async (queue) => {
    await workers.queues.get(queue, 0).pause();
    const first = await workers.start();
    const id = await submit();
    await workers.end(id);
    if (queue === 'webhooks') while ((await deliveries()).length === 0) await sleep(20);
    await kill(first);
    expect(site.arrived).toEqual([]);
    await workers.queues.get(queue, 0).resume();
    await workers.start();
    await arrived(1);
    expect(await deliveries()).toMatchObject([{ source: id, event: 'job.succeeded' }]);
  },
  timeoutMs,
);

test(
  'a worker that is killed while it delivers is followed by another, with the same id',
  async () => {
    site.answer(() => undefined);
    const first = await workers.start();
    await submit();
    const [id] = await arrived(1);
    await kill(first);
    site.answer((response) => response.end());
    await workers.start();
    expect(await arrived(2)).toEqual([id, id]);
    const [delivery] = await deliveries();
    while ((await deliveries())[0]?.status === 'pending') await sleep(20);
    expect((await deliveries())[0]).toMatchObject({ id: delivery?.id, status: 'succeeded' });
  },
  timeoutMs,
);

test(
  'a worker that is told to stop hands a delivery back, which costs no attempt',
  async () => {
    site.answer(() => undefined);
    const first = await workers.start();
    await submit();
    await arrived(1);
    await workers.start();
    site.answer((response) => response.end());
    first.child.kill('SIGTERM');
    await once(first.child, 'exit');
    await arrived(2);
    while ((await deliveries())[0]?.status === 'pending') await sleep(20);
    expect(await deliveries()).toMatchObject([{ status: 'succeeded', attempts: 1 }]);
  },
  timeoutMs,
);
