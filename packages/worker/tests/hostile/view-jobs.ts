import { warmJob } from '@drover/jobs/cache-warm';
import { refreshJob } from '@drover/jobs/view-refresh';
import { defineView } from '@drover/jobs/views/define-view';
import { createViews } from '@drover/jobs/views/registry';
import { z } from 'zod';

/** What the views below read: how long a refresh takes, in seconds, and whether it fails. */
export const paceSql = `create table pace (n int, divisor int, seconds float8);
  insert into pace values (1, 1, 0)`;

/** One row, and as many seconds to compute it as the table says. */
export const paced = defineView({
  name: 'paced',
  summary: 'Takes its time.',
  sql: 'select n, 1 / divisor as quotient, pg_sleep(seconds)::text as slept from pace',
  uniqueBy: ['n'],
  columns: { n: z.int(), quotient: z.int(), slept: z.string() },
});

/** Made of the other. */
export const derived = defineView({
  name: 'derived',
  summary: 'Ten times as much.',
  sql: 'select 10 * n as tenfold from drover_views.paced',
  uniqueBy: ['tenfold'],
  columns: { tenfold: z.int() },
  needs: ['paced'],
});

export const views = createViews([derived, paced]);

export const viewJobs = [refreshJob(views), warmJob(views)];
