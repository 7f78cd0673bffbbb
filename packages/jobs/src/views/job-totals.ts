import { everyone, figureSql, percentilesSql, sumSql } from '../stats/columns.ts';
import { defineView } from './define-view.ts';
import { hourlyFigures } from './hourly-figures.ts';

const all = `'${everyone}'::text collate "C"`;

/** Sums over the types of a tenant, the tenants of a type, and both. */
const sums = [
  { tenant: 'tenant', type: all, by: 'day, hour, tenant, outcome' },
  { tenant: all, type: 'type', by: 'day, hour, type, outcome' },
  { tenant: all, type: all, by: 'day, hour, outcome' },
];

const counted = sums
  .map(
    ({ tenant, type, by }) => `
        select day, hour, ${tenant} as tenant, ${type} as type, outcome,
               ${sumSql}
          from drover_views.job_stats group by ${by}`,
  )
  .join('\n        union all');

export const jobTotals = defineView({
  name: 'job_totals',
  summary: 'Jobs of all types together that ended, by hour and outcome.',
  sql: `
    select counted.day, counted.hour, counted.tenant, counted.type, counted.outcome,
           ${figureSql}
      from (${counted}
      ) counted
      ${percentilesSql}`,
  ...hourlyFigures,
  refresh: {
    incremental: {
      key: ['tenant', 'type', 'day', 'hour'],
      sources: {
        'drover_views.job_stats': {
          columns: ['tenant', 'type', 'day', 'hour'],
          keys: `
            select tenant, '${everyone}', day, hour from changed
            union select '${everyone}', type, day, hour from changed
            union select '${everyone}', '${everyone}', day, hour from changed`,
        },
      },
    },
  },
  needs: ['job_stats'],
});
