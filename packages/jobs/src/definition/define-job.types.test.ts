import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { imageThumbnails } from '../image-thumbnails.ts';
import { defineJob } from './define-job.ts';
import type { QueueName } from './queues.ts';

type Definition = Parameters<typeof defineJob>[0];

test('the compiler knows queues, options and what a handler gets and gives', () => {
  expectTypeOf<Definition['queue']>().toEqualTypeOf<QueueName>();
  defineJob({
    type: 'test.length',
    queue: 'demo',
    summary: 'Length of a text.',
    payload: z.strictObject({ text: z.string() }),
    result: z.strictObject({ length: z.int() }),
    run: ({ payload, attempt, signal }) => {
      expectTypeOf(payload).toEqualTypeOf<{ text: string }>();
      expectTypeOf(attempt).toEqualTypeOf<number>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      return { length: payload.text.length };
    },
  });
});

test('a handler’s result must fit the schema of the result', () => {
  type Echo = Parameters<
    typeof defineJob<'test.echo', z.ZodObject, z.ZodObject<{ length: z.ZodInt }>>
  >;
  type Result = Awaited<ReturnType<Echo[0]['run']>>;
  expectTypeOf<{ length: number }>().toExtend<Result>();
  expectTypeOf<{ length: string }>().not.toExtend<Result>();
  expectTypeOf<{ size: number }>().not.toExtend<Result>();
});

test('a job type keeps its types, for clients written against the catalog', () => {
  expectTypeOf(imageThumbnails.type).toEqualTypeOf<'image.thumbnails'>();
  expectTypeOf<z.output<typeof imageThumbnails.payload>['format']>().toEqualTypeOf<
    'webp' | 'avif' | 'jpeg' | 'png'
  >();
});
