-- Statistics of what became of jobs: how many ended, how they ended, how long they waited and ran. They
-- are counted from the history as it is written, and outlive its partitions.

-- A duration as one of 250 classes, each a tenth longer than the one before: 1 is one millisecond or
-- less, 250 is 238 days and more, 0 is none. The middle of a class is within 5 % of all that is in it.
create function drover.duration_class(since timestamptz, until timestamptz) returns smallint
language sql immutable parallel safe as $$
  select (case
    when since is null or until is null then 0
    else least(250, 1 + ceil(ln(greatest(1, 1000 * date_part('epoch', until - since))) / ln(1.1)))
  end)::smallint
$$;

-- A histogram is an array of classes, each with the number of durations in it. While it is added up, it
-- is an array by class. That one begins with class 1, even where it is empty: an array that an element
-- is put into begins there.
create function drover.histogram_count(counts bigint[], class smallint, jobs bigint) returns bigint[]
language plpgsql immutable parallel safe as $$
begin
  if class > 0 then counts[class] := coalesce(counts[class], 0) + jobs; end if;
  return counts;
end $$;

create function drover.histogram_add(counts bigint[], histogram bigint[]) returns bigint[]
language plpgsql immutable parallel safe as $$
declare
  class int;
begin
  for n in 1 .. coalesce(array_length(histogram, 1), 0) loop
    class := histogram[n][1];
    counts[class] := coalesce(counts[class], 0) + histogram[n][2];
  end loop;
  return counts;
end $$;

create function drover.histogram_pack(counts bigint[]) returns bigint[]
language sql immutable parallel safe as $$
  select coalesce(array_agg(array[class, jobs] order by class), '{}')
    from unnest(counts) with ordinality as given (jobs, class) where jobs <> 0
$$;

create aggregate drover.histogram (smallint, bigint) (
  sfunc = drover.histogram_count, stype = bigint[], initcond = '{0}',
  finalfunc = drover.histogram_pack, parallel = safe
);

create aggregate drover.histogram_sum (bigint[]) (
  sfunc = drover.histogram_add, stype = bigint[], initcond = '{0}',
  finalfunc = drover.histogram_pack, parallel = safe
);

create function drover.histogram_of(one bigint[], other bigint[]) returns bigint[]
language sql immutable parallel safe as $$
  select drover.histogram_pack(drover.histogram_add(drover.histogram_add('{0}', one), other))
$$;

-- The median and the 95th and 99th percentile of a histogram, in milliseconds; null where it is empty.
create function drover.quantiles(histogram bigint[]) returns bigint[]
language plpgsql immutable parallel safe as $$
declare
  shares constant float8[] := '{0.5,0.95,0.99}';
  classes constant int := coalesce(array_length(histogram, 1), 0);
  found bigint[] := '{}';
  total bigint := 0;
  passed bigint := 0;
begin
  for n in 1 .. classes loop total := total + histogram[n][2]; end loop;
  if total <= 0 then return null; end if;
  for n in 1 .. classes loop
    passed := passed + histogram[n][2];
    while cardinality(found) < 3 and passed >= shares[cardinality(found) + 1] * total loop
      found := found || (case
        when histogram[n][1] = 1 then 1
        else round(2 * power(1.1::float8, histogram[n][1] - 1) / 2.1)
      end)::bigint;
    end loop;
  end loop;
  return found;
end $$;

-- What was counted since the last refresh of the statistics, and how often a job left a count again.
-- Nobody looks for a row of it: it has no index that the recorder would pay for.
create table drover.job_tally_log (
  tenant text collate "C" not null,
  type text collate "C" not null,
  hour timestamptz not null,
  outcome text collate "C" not null,
  wait smallint not null,
  run smallint not null,
  jobs bigint not null,
  retries bigint not null
);

-- Jobs by the hour, in UTC, in which they ended.
create table drover.job_tallies (
  tenant text collate "C" not null,
  type text collate "C" not null,
  hour timestamptz not null,
  outcome text collate "C" not null,
  jobs bigint not null,
  retries bigint not null,
  waits bigint[] not null,
  runs bigint[] not null,
  primary key (tenant, type, hour, outcome)
);
create index on drover.job_tallies (hour);

-- Counts the ends that a statement has written, in its own transaction: a job counts exactly as its row
-- says. One that ends again counts where it ended last. Rows that go with their partition stay counted.
create function drover.tally_jobs() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    insert into drover.job_tally_log
    select tenant, type, date_trunc('hour', finished_at, 'UTC'), status,
           drover.duration_class(run_at, started_at), drover.duration_class(started_at, finished_at),
           count(*), sum(greatest(0, attempts_made - 1))
      from new_rows
     where finished_at is not null and status in ('succeeded', 'failed', 'canceled', 'expired')
     group by 1, 2, 3, 4, 5, 6;
  else
    insert into drover.job_tally_log
    select tenant, type, date_trunc('hour', finished_at, 'UTC'), status,
           drover.duration_class(run_at, started_at), drover.duration_class(started_at, finished_at),
           sum(sign), sum(sign * greatest(0, attempts_made - 1))
      from (
        select tenant, type, status, run_at, started_at, finished_at, attempts_made, 1 as sign
          from new_rows
        union all
        select tenant, type, status, run_at, started_at, finished_at, attempts_made, -1
          from old_rows
      ) changed
     where finished_at is not null and status in ('succeeded', 'failed', 'canceled', 'expired')
     group by 1, 2, 3, 4, 5, 6
    having sum(sign) <> 0 or sum(sign * greatest(0, attempts_made - 1)) <> 0;
  end if;
  return null;
end $$;

create trigger drover_tally_insert after insert on drover.jobs
  referencing new table as new_rows
  for each statement execute function drover.tally_jobs();
create trigger drover_tally_update after update on drover.jobs
  referencing old table as old_rows new table as new_rows
  for each statement execute function drover.tally_jobs();

-- Counts the jobs that ended from that hour on anew, from their rows. Nobody writes to them meanwhile.
-- For when they were written past the triggers; the hour must be later than the first day that is kept.
create function drover.recount_jobs(since timestamptz) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  first constant timestamptz := date_trunc('hour', since, 'UTC');
begin
  lock table drover.jobs in share row exclusive mode;
  delete from drover.job_tally_log where hour >= first;
  delete from drover.job_tallies where hour >= first;
  insert into drover.job_tallies
  select tenant, type, date_trunc('hour', finished_at, 'UTC'), status,
         count(*), sum(greatest(0, attempts_made - 1)),
         drover.histogram(drover.duration_class(run_at, started_at), 1),
         drover.histogram(drover.duration_class(started_at, finished_at), 1)
    from drover.jobs
   where finished_at >= first
     and status in ('succeeded', 'failed', 'canceled', 'expired')
   group by 1, 2, 3, 4;
end $$;
