import { expect, test } from 'vitest';
import { startSystem } from './running-system.ts';

/** The promise: a job whose worker dies is recovered within this time. */
const recoveryMs = 15_000;

// Both wait most of the time, so they run at once, each with a system of its own.

test.concurrent('a job whose worker is killed in the middle is recovered and finishes', async () => {
  await using system = await startSystem({ roles: ['api'] });
  const doomed = await system.start('worker');
  const { id } = await system.submit('demo.sleep', { ms: 10_000, steps: 10 });
  await system.until(id, 'running');
  const heir = await system.start('worker');
  doomed.child.kill('SIGKILL');
  expect(await doomed.ended).toEqual({ code: null, signal: 'SIGKILL' });
  const killedAt = performance.now();
  await heir.says('the worker of this job was lost');
  expect(performance.now() - killedAt).toBeLessThan(recoveryMs);
  expect(await system.until(id)).toMatchObject({
    status: 'succeeded',
    result: { sleptMs: 10_000 },
  });
});

test.concurrent('a job that kills every worker is buried after three losses', async () => {
  await using system = await startSystem({ roles: ['api'] });
  const { id } = await system.submit('demo.crash', { attempts: 99 });
  for (let loss = 1; loss <= 3; loss += 1) {
    const victim = await system.launch('worker');
    expect(await victim.ended).toEqual({ code: null, signal: 'SIGKILL' });
  }
  await system.start('worker');
  expect(await system.until(id)).toMatchObject({
    status: 'failed',
    attempts: { made: 0 },
    error: { code: 'worker-lost', retryable: false },
  });
});
