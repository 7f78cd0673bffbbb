import { setTimeout as sleep } from 'node:timers/promises';
import { defineJob, type JobDefinition } from '@drover/jobs/definition/define-job';
import { PermanentError, RetryLater } from '@drover/jobs/definition/errors';
import { z } from 'zod';
import { cachedValue } from './cached-value.ts';

// Job types that run in child processes, most of them up to no good.

type Anything = z.ZodUnknown;

const isolated = (
  type: string,
  run: JobDefinition<Anything, Anything>['run'],
  more: Partial<JobDefinition<Anything, Anything>> = {},
) =>
  defineJob({
    type,
    queue: 'demo',
    summary: 'For a test.',
    payload: z.unknown(),
    result: z.unknown(),
    retry: { attempts: 1 },
    isolation: 'process',
    ...more,
    run,
  });

const forEver = (): never => {
  for (;;);
};

/** Says where it runs, so that a test can look for the process, and keeps its processor to itself. */
const spin: JobDefinition<Anything, Anything>['run'] = ({ log }) => {
  log.info('spinning', { pid: process.pid });
  return forEver();
};

const fillHeap = () => {
  const kept: unknown[] = [];
  for (;;) kept.push(Array.from({ length: 1_000 }, (_, n) => ({ n })));
};

const untilAborted = (signal: AbortSignal) => sleep(60_000, undefined, { signal });

export const jobTypes = [
  isolated('isolated.pid', () => process.pid),
  isolated('isolated.cached', cachedValue),
  isolated('isolated.hold', async ({ log, signal }) => {
    log.info('holding', { pid: process.pid });
    await untilAborted(signal);
  }),
  isolated('isolated.spin', spin),
  isolated('isolated.spin-briefly', spin, { timeout: '300ms' }),
  isolated('isolated.exit', () => process.exit(7)),
  isolated('isolated.segfault', () => process.kill(process.pid, 'SIGSEGV') && forEver()),
  isolated('isolated.fill-heap', fillHeap),
  isolated('isolated.stray-rejection', async ({ signal }) => {
    void Promise.reject(new Error('nobody awaits me'));
    await untilAborted(signal);
  }),
  isolated('isolated.stray-exception', async ({ signal }) => {
    setTimeout(() => {
      throw new Error('nobody catches me');
    }, 1);
    await untilAborted(signal);
  }),
  isolated('isolated.late-rejection', () => {
    setTimeout(() => void Promise.reject(new Error('after the end')), 20);
    return process.pid;
  }),
  isolated('isolated.obey', async ({ signal }) => untilAborted(signal), { timeout: '100ms' }),
  isolated('isolated.refuse', () => {
    throw new PermanentError('never', { code: 'test-refused' });
  }),
  isolated('isolated.patient', ({ log }) => {
    log.info('once more');
    throw new RetryLater('1h', 'too early');
  }),
  isolated('isolated.cyclic', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    return cyclic;
  }),
  isolated('isolated.huge', () => 'x'.repeat(10_000_000)),
  defineJob({
    type: 'isolated.strict',
    queue: 'demo',
    summary: 'For a test.',
    payload: z.strictObject({ n: z.int().default(20) }),
    result: z.strictObject({ doubled: z.int(), unit: z.string().default('apples') }),
    isolation: 'process',
    run: ({ payload }) => ({ doubled: payload.n * 2 }),
  }),
  isolated('isolated.tools', async (context) => {
    const { id, key, tenant, attempt, progress, log, artifacts, submit, services, signal } =
      context;
    progress(0.25, 'begun');
    log.info('hello', { from: 'the child' });
    const source = { base64: Buffer.from('content').toString('base64') };
    const content = await services.sources.read(source, { tenant, signal });
    const file = await artifacts.put('file.txt', content);
    const child = await submit({ type: 'isolated.pid' }, { name: 'child' });
    const again = await submit({ type: 'isolated.pid' }, { name: 'child' });
    const refused = await submit({ type: 'isolated.nothing' }).catch((err) => err.code);
    progress(0.75);
    return { facts: { id, key, tenant, attempt }, file, child, again, refused };
  }),
] as const;
