import type { JobDefinition } from '@drover/jobs/definition/define-job';
import { defineCache } from '@drover/shared/cache/define-cache';
import { z } from 'zod';

const pids = defineCache({ name: 'pids', schema: z.number(), ttl: '1m', tags: () => ['pid'] });

/** Gives the process that made the cached value; with a payload of `again`, after an invalidation. */
export const cachedValue: JobDefinition<z.ZodUnknown, z.ZodUnknown>['run'] = async ({
  payload,
  services,
}) => {
  if (payload === 'again') await services.cache.invalidateTags(['pid']);
  return services.cache.of(pids).get('pid', async () => process.pid);
};
