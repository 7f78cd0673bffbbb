import type { DigestService } from '@drover/jobs/definition/services';
import { databaseFailure } from '@drover/shared/database/failures';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Pool } from 'pg';
import { countDeadLetters, jobsOfDay } from './jobs.ts';
import { salesOfDay } from './sales.ts';

export const createDigest = (options: {
  pool: Pool;
  queues: QueueSet;
  partitions: number;
}): DigestService => {
  const { pool } = options;
  return {
    collect: async (day, { signal }) => {
      const sales = await salesOfDay(pool, day).catch((thrown: unknown) => {
        throw databaseFailure(thrown);
      });
      signal.throwIfAborted();
      const [jobs, deadLetters] = await Promise.all([
        jobsOfDay(options, day),
        countDeadLetters(options),
      ]);
      return { ...day, sales, jobs, deadLetters };
    },
  };
};
