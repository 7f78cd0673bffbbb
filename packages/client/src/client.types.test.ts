import { describe, expectTypeOf, test } from 'vitest';
import type { AnyJobs, Catalog, PayloadOf, ResultOf, TypeName } from './catalog.ts';
import { type Client, createClient } from './client.ts';
import type { DroverError } from './error.ts';
import type { FinishedJob, Job } from './job.ts';

const options = { url: 'http://localhost:3000', key: 'dev' };
const client = createClient(options);

/** Calls that are only ever compiled. */
const compiled = (_calls: (client: Client) => unknown) => undefined;

describe('what the catalog gives a client', () => {
  test('payloads are as submitted, with defaults left out; results as returned', () => {
    expectTypeOf<PayloadOf<'demo.sleep'>>().toEqualTypeOf<{
      ms: number;
      steps?: number | undefined;
    }>();
    expectTypeOf<ResultOf<'demo.sleep'>>().toEqualTypeOf<{ sleptMs: number }>();
    expectTypeOf<'email.send'>().toExtend<TypeName>();
    expectTypeOf<'email.sned'>().not.toExtend<TypeName>();
  });

  test('submit takes the payload of its type and no other', () => {
    type Submit = typeof client.submit<'email.send'>;
    expectTypeOf<Parameters<Submit>[1]>().toEqualTypeOf<PayloadOf<'email.send'>>();
    compiled((it) => it.submit('demo.sleep', { ms: 10 }, { delay: '5m', tags: ['a'] }));
    // @ts-expect-error the payload of another type
    compiled((it) => it.submit('demo.sleep', { value: 10 }));
    // @ts-expect-error there is no such type
    compiled((it) => it.submit('demo.slep', { ms: 10 }));
    // @ts-expect-error there is no such option
    compiled((it) => it.submit('demo.sleep', { ms: 10 }, { dealy: '5m' }));
  });

  test('the result is there when the job has succeeded', () => {
    const read = (job: FinishedJob<'image.optimize'>) => {
      if (job.status === 'succeeded') {
        expectTypeOf(job.result).toEqualTypeOf<ResultOf<'image.optimize'>>();
        expectTypeOf(job.result.width).toEqualTypeOf<number>();
        expectTypeOf(job.finishedAt).toEqualTypeOf<string>();
      } else {
        expectTypeOf(job.status).toEqualTypeOf<'failed' | 'canceled' | 'expired'>();
        expectTypeOf(job.result).toEqualTypeOf<null>();
      }
    };
    expectTypeOf(read).toBeFunction();
  });

  test('the type of a job tells what it is', () => {
    const read = (job: Job) => {
      if (job.type === 'demo.sleep') expectTypeOf(job.payload.ms).toEqualTypeOf<number>();
    };
    expectTypeOf(read).toBeFunction();
  });

  test('the type goes along from submit to wait and follow', () => {
    const use = async (it: Client) => {
      const job = await it.submit('demo.echo', { value: 1 });
      expectTypeOf(job.type).toEqualTypeOf<'demo.echo'>();
      expectTypeOf(await it.wait(job)).toEqualTypeOf<FinishedJob<'demo.echo'>>();
      expectTypeOf(await it.wait<'demo.echo'>('an id')).toEqualTypeOf<FinishedJob<'demo.echo'>>();
      for await (const { event, data } of it.follow(job)) {
        if (event === 'status') expectTypeOf(data).toEqualTypeOf<Job<'demo.echo'>>();
        if (event === 'progress') expectTypeOf(data.progress).toEqualTypeOf<number>();
        if (event === 'log') expectTypeOf(data.message).toEqualTypeOf<string>();
      }
    };
    expectTypeOf(use).toBeFunction();
  });

  test('each outcome of a batch has the type of its job', () => {
    const use = async (it: Client) => {
      const { items } = await it.batch([
        { type: 'demo.echo', payload: { value: 1 } },
        { type: 'demo.sleep', payload: { ms: 1 }, options: { priority: 1 } },
      ]);
      expectTypeOf(items.length).toEqualTypeOf<2>();
      if (items[1].accepted) expectTypeOf(items[1].job).toEqualTypeOf<Job<'demo.sleep'>>();
      else expectTypeOf(items[1].error).toEqualTypeOf<DroverError>();
    };
    expectTypeOf(use).toBeFunction();
    // @ts-expect-error the payload of another type
    compiled((it) => it.batch([{ type: 'demo.echo', payload: { ms: 1 } }]));
  });
});

describe('a catalog of one’s own', () => {
  test('any type at all', () => {
    const untyped = createClient<AnyJobs>(options);
    expectTypeOf(untyped.submit<'acme.pay'>)
      .parameter(1)
      .toEqualTypeOf<unknown>();
    expectTypeOf<ResultOf<'acme.pay', AnyJobs>>().toEqualTypeOf<unknown>();
  });

  test('known types stay known among any others', () => {
    type Mixed = Catalog & AnyJobs;
    expectTypeOf<ResultOf<'demo.sleep', Mixed>>().toEqualTypeOf<{ sleptMs: number }>();
    expectTypeOf<ResultOf<'acme.pay', Mixed>>().toEqualTypeOf<unknown>();
  });

  test('types that are written down', () => {
    const acme = createClient<{ 'acme.pay': { payload: { cents: number }; result: string } }>(
      options,
    );
    expectTypeOf(acme.submit<'acme.pay'>)
      .parameter(1)
      .toEqualTypeOf<{ cents: number }>();
    expectTypeOf(acme.wait<'acme.pay'>).returns.resolves.toHaveProperty('result');
  });
});
