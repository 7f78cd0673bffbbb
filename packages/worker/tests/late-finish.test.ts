import { setTimeout as sleep } from 'node:timers/promises';
import { prefixOf } from '@drover/jobs/dead-letters/place';
import { expect, test } from 'vitest';
import { workerProcesses } from './worker-processes.ts';

/** A lock has to run out. */
const timeoutMs = 90_000;

test(
  'a worker that was stopped past its lock can neither finish nor fail what another has taken over',
  async () => {
    await using workers = await workerProcesses();
    const sleeper = await workers.start();
    // Long enough to be stopped in the middle, and to be over when the sleeper wakes up.
    const ids = [
      await workers.submit('here.deaf', { ms: 2_500, first: 'return' }),
      await workers.submit('here.deaf', { ms: 2_500, first: 'throw' }),
    ];
    for (const id of ids) await workers.until(id, 'active');
    sleeper.child.kill('SIGSTOP');
    const heir = await workers.start();
    for (const id of ids) await heir.says(`"jobId":"${id}"`);
    // The heir has found the locks gone; as soon as it runs the jobs, the sleeper goes on with them.
    const isHeirs = async (id: string) => (await workers.read(id)).attemptsStarted === 2;
    for (const id of ids) while (!(await isHeirs(id))) await sleep(10);
    sleeper.child.kill('SIGCONT');
    await sleeper.says('no longer holds the job');
    for (const id of ids) {
      expect(await workers.end(id)).toEqual({
        place: 'completed',
        result: { losses: 1, pid: heir.child.pid },
        made: 1,
        failure: undefined,
      });
    }
    expect(sleeper.output()).not.toContain('"succeeded"');
  },
  timeoutMs,
);

test(
  'the late end of a job that another worker has finished leaves no trace',
  async () => {
    await using workers = await workerProcesses();
    const sleeper = await workers.start();
    const ids = [
      await workers.submit('here.deaf', { ms: 1_000, first: 'return' }),
      await workers.submit('here.deaf', { ms: 1_000, first: 'throw' }),
    ];
    for (const id of ids) await workers.until(id, 'active');
    sleeper.child.kill('SIGSTOP');
    await workers.start();
    for (const id of ids) await workers.end(id);
    const before = await Promise.all(ids.map((id) => workers.read(id)));
    sleeper.child.kill('SIGCONT');
    await sleeper.says('no longer holds the job');
    // Whatever the sleeper sends, it has sent before it takes a new job.
    const next = await workers.submit('here.echo', 'next');
    await workers.end(next);
    expect(await Promise.all(ids.map((id) => workers.read(id)))).toEqual(before);
    const { redis, keys } = workers.queues;
    expect(await redis.exists(ids.map((id) => prefixOf(keys, 0) + id))).toBe(0);
  },
  timeoutMs,
);

test(
  'a worker that is alone takes up itself what it has lost, once and no sooner than its first run is over',
  async () => {
    await using workers = await workerProcesses();
    const worker = await workers.start();
    const id = await workers.submit('here.deaf', { ms: 11_000, first: 'return' });
    await workers.until(id, 'active');
    worker.child.kill('SIGSTOP');
    // Its lock is gone, and the handler in the middle of its work.
    const { redis, keys } = workers.queues;
    while (await redis.exists(keys.inQueue('demo', 0, `${id}:lock`))) await sleep(100);
    worker.child.kill('SIGCONT');
    await worker.says('no longer holds the job');
    expect(await workers.end(id)).toEqual({
      place: 'completed',
      result: { losses: 1, pid: worker.child.pid },
      made: 1,
      failure: undefined,
    });
  },
  timeoutMs,
);
