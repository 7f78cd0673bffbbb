import { expect, test } from 'vitest';
import { workerProcesses } from './worker-processes.ts';

test('what a handler leaves behind fails its own attempt, and the worker lives', async () => {
  await using workers = await workerProcesses();
  const worker = await workers.start();
  const bystander = await workers.submit('here.hold', 3_000);
  await workers.until(bystander, 'active');
  for (const type of ['here.stray-rejection', 'here.stray-exception']) {
    const id = await workers.submit(type);
    expect(await workers.end(id)).toMatchObject({
      failure: { code: 'uncaught-error', retryable: true, attempt: 1 },
    });
    await worker.says('the handler left an error that nobody caught');
  }
  expect(await workers.end(bystander)).toMatchObject({
    place: 'completed',
    result: { attempt: 1, losses: 0, pid: worker.child.pid },
  });
});

test('a listener of the signal that throws harms nobody', async () => {
  await using workers = await workerProcesses();
  const worker = await workers.start();
  const id = await workers.submit('here.stray-listener');
  expect(await workers.end(id)).toMatchObject({ failure: { code: 'timeout' } });
  await worker.says('a listener fails');
  const next = await workers.submit('here.hold', 0);
  expect((await workers.end(next)).result).toMatchObject({ pid: worker.child.pid });
});

test('an error after the end of its job is logged as that job’s, and changes nothing', async () => {
  await using workers = await workerProcesses();
  const worker = await workers.start();
  const id = await workers.submit('here.late-rejection');
  expect(await workers.end(id)).toMatchObject({ place: 'completed', result: 'done' });
  await worker.says('after the end');
  expect(worker.output()).toMatch(new RegExp(`"jobId":"${id}".*after the end`));
  expect((await workers.read(id)).place).toBe('completed');
});
