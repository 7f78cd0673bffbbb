import { figureSql, percentilesSql } from '../stats/columns.ts';
import { defineView } from './define-view.ts';
import { hourlyFigures } from './hourly-figures.ts';

/** How long statistics are kept: four hundred days, whatever the history keeps. */
const kept = "interval '400 days'";

/** Adds what was counted since the last refresh to the tallies. */
const takeTallies = `
  with taken as (delete from drover.job_tally_log returning *)
  insert into drover.job_tallies as t
  select tenant, type, hour, outcome, sum(jobs), sum(retries),
         drover.histogram(wait, jobs), drover.histogram(run, jobs)
    from taken group by 1, 2, 3, 4
  on conflict (tenant, type, hour, outcome) do update
    set jobs = t.jobs + excluded.jobs, retries = t.retries + excluded.retries,
        waits = drover.histogram_of(t.waits, excluded.waits),
        runs = drover.histogram_of(t.runs, excluded.runs)`;

const dropOldTallies = `delete from drover.job_tallies where hour < now() - ${kept}`;

export const jobStats = defineView({
  name: 'job_stats',
  summary: 'Jobs that ended, by hour, type and outcome: how many, how long they waited and ran.',
  sql: `
    select (counted.hour at time zone 'UTC')::date as day, counted.hour, counted.tenant, counted.type,
           counted.outcome, ${figureSql}
      from drover.job_tallies counted
      ${percentilesSql}
     where counted.jobs > 0`,
  ...hourlyFigures,
  refresh: {
    cron: '* * * * *',
    incremental: {
      before: [takeTallies, dropOldTallies],
      key: ['tenant', 'type', 'day', 'hour'],
      sources: {
        'drover.job_tallies': {
          columns: ['tenant', 'type', 'hour'],
          keys: "select tenant, type, (hour at time zone 'UTC')::date, hour from changed",
        },
      },
    },
  },
});
