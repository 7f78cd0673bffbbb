import { z } from 'zod';
import { figureColumns, figureSql, percentilesSql, sumSql } from '../stats/columns.ts';
import { defineView } from './define-view.ts';

const changedDays = {
  columns: ['tenant', 'type', 'day'],
  keys: 'select tenant, type, day from changed',
};

export const jobStatsDaily = defineView({
  name: 'job_stats_daily',
  summary: 'Jobs that ended, by day in UTC, type and outcome; the type "*" is all types together.',
  sql: `
    select counted.day, counted.tenant, counted.type, counted.outcome, ${figureSql}
      from (
        select day, tenant, type, outcome,
               ${sumSql}
          from (
            select day, tenant, type, outcome, jobs, retries, waits, runs from drover_views.job_stats
            union all
            select day, tenant, type, outcome, jobs, retries, waits, runs from drover_views.job_totals
          ) hours
         group by day, tenant, type, outcome
      ) counted
      ${percentilesSql}`,
  uniqueBy: ['day', 'tenant', 'type', 'outcome'],
  columns: {
    day: z.iso.date(),
    tenant: z.string(),
    type: z.string(),
    outcome: z.string(),
    ...figureColumns,
  },
  tenantColumn: 'tenant',
  refresh: {
    incremental: {
      key: ['tenant', 'type', 'day'],
      sources: {
        'drover_views.job_stats': changedDays,
        'drover_views.job_totals': changedDays,
      },
    },
  },
  needs: ['job_stats', 'job_totals'],
});
