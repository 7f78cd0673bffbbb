import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createCatalog, jobTypes } from '../catalog.ts';
import { defineJob } from './define-job.ts';

const valid = {
  type: 'test.echo',
  queue: 'demo',
  summary: 'Echo.',
  payload: z.strictObject({}),
  result: z.strictObject({}),
  run: () => ({}),
} as const;

/** What a mistake in a job file looks like once the compiler has been ignored. */
const defineWrongly = (change: Record<string, unknown>) => () =>
  defineJob({ ...valid, ...change } as unknown as typeof valid);

describe('defineJob', () => {
  test('fills in the defaults of the system', () => {
    expect(defineJob(valid)).toMatchObject({
      timeoutMs: 300_000,
      demo: false,
      isolation: 'none',
      retry: {
        attempts: 3,
        backoff: { kind: 'exponential', delay: 1_000, max: 600_000, jitter: 0.2 },
      },
    });
  });

  test.each([
    ['an unregistered queue', { queue: 'demos' }, /queue "demos" is not registered.*"demo"/],
    ['an unknown option', { timout: '5s' }, /timout/],
    ['a type without an area', { type: 'echo' }, /<area>\.<verb>/],
    ['a bad duration', { timeout: 'soon' }, /duration/],
    ['a timeout that no timer keeps', { timeout: '30d' }, /24 days at most/],
    ['an unknown isolation', { isolation: 'thread' }, /isolation/],
    ['no attempts', { retry: { attempts: 0 } }, /attempts/],
    ['an unknown retry option', { retry: { retries: 3 } }, /retries/],
    ['a payload that is no schema', { payload: { to: 'string' } }, /zod schema/],
    ['no handler', { run: undefined }, /function/],
  ])('refuses %s, naming the job', (_what, change, message) => {
    expect(defineWrongly(change)).toThrow(message);
    expect(defineWrongly(change)).toThrow(
      `"${String((change as { type?: string }).type ?? valid.type)}"`,
    );
  });
});

describe('createCatalog', () => {
  test('refuses two job types of one name', () => {
    const types = [defineJob(valid), defineJob(valid)];
    expect(() => createCatalog({ production: false, types })).toThrow(
      expect.objectContaining({ code: 'job-type-duplicate' }),
    );
  });

  test('leaves the demonstration types out in production', () => {
    const { names } = createCatalog({ production: true });
    expect(names).toContain('email.send');
    expect(names.filter((name) => name.startsWith('demo.'))).toEqual([]);
    expect(createCatalog({ production: false }).names).toHaveLength(jobTypes.length);
  });

  test.each(jobTypes.map((job) => [job.type, job] as const))(
    'the contract of %s can be shown as JSON Schema',
    (_type, job) => {
      expect(z.toJSONSchema(job.payload, { io: 'input' })).toHaveProperty('type', 'object');
      expect(z.toJSONSchema(job.result, { io: 'output' })).toHaveProperty('type', 'object');
    },
  );
});
