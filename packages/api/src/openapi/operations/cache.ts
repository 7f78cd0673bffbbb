import { z } from 'zod';
import type { Operation } from '../operation.ts';

const name = z
  .string()
  .describe('The name of the cache.')
  .meta({ examples: ['view-pages'] });

const key = z
  .string()
  .describe('The key of the value, percent-encoded, in 200 characters at most.')
  .meta({ examples: ['sales_by_region'] });

const reach =
  'All processes drop it before the answer or within milliseconds of it; what is being made meanwhile is not kept. What is not there is no error.';

export const purgeCache: Operation = {
  id: 'purgeCache',
  tag: 'Cache',
  summary: 'Purge a cache',
  description: `Takes all values of a cache away. ${reach}`,
  params: z.object({ name }),
  answers: { 204: { description: 'Its values are gone.' } },
  problems: ['cache-not-found'],
};

export const purgeCacheKey: Operation = {
  id: 'purgeCacheKey',
  tag: 'Cache',
  summary: 'Purge a value',
  description: `Takes the value of a key away, in all versions of the cache. ${reach}`,
  params: z.object({ name, key }),
  answers: { 204: { description: 'The value is gone.' } },
  problems: ['cache-not-found'],
};

export const purgeCacheTag: Operation = {
  id: 'purgeCacheTag',
  tag: 'Cache',
  summary: 'Purge what has a tag',
  description: `Takes the values with a tag away, in all caches. ${reach}`,
  query: z.object({
    tag: z
      .string()
      .min(1)
      .max(200)
      .describe('The tag: 1 to 200 characters, no control characters.')
      .meta({ examples: ['view:sales_by_region'] }),
  }),
  answers: { 204: { description: 'The values are gone.' } },
  problems: ['invalid-parameters'],
};
