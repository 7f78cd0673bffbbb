-- Kinds of jobs: those of a tenant, type and queue that ended alike, with the same error code, or have not
-- ended. A kind is one word of its rows, so several values that are common each, and rare or never
-- together, are found without reading what has either; and which kinds a day has tells what it cannot have.

create function drover.job_kind(tenant text, type text, queue text, ending text, code text) returns text
language sql immutable parallel safe as $$
  select 'k=' || left(md5(tenant || E'\x1f' || type || E'\x1f' || queue || E'\x1f'
    || coalesce(ending, '') || E'\x1f' || coalesce(left(code, 200), '')), 12)
$$;

-- The kinds that each day has, or has had: no row is taken away before its day is, so there may be kinds
-- without jobs. Two that are written at once may both be there: nobody waits for anybody.
create table drover.job_kinds (
  -- That the jobs were submitted on, in UTC.
  day date not null,
  tenant text collate "C" not null,
  type text collate "C" not null,
  queue text collate "C" not null,
  -- The status that they ended with; empty: they have not.
  ending text collate "C" not null,
  code text collate "C" not null,
  term text collate "C" not null
);
create index job_kinds_of_day on drover.job_kinds (day, tenant, term);

create function drover.note_job_kinds() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into drover.job_kinds
  select written.*
    from (
      select day, tenant, type, queue, ending, code, drover.job_kind(tenant, type, queue, ending, code) as term
        from (
          select distinct (submitted_at at time zone 'UTC')::date as day, tenant, type, queue,
                 case when finished_at is null then '' else status end collate "C" as ending,
                 coalesce(left(error_code, 200), '') collate "C" as code
            from new_rows
        ) given
    ) written
   where not exists (
     select from drover.job_kinds known
      where known.day = written.day and known.tenant = written.tenant and known.term = written.term
   );
  return null;
end $$;

create trigger drover_kinds_insert after insert on drover.jobs
  referencing new table as new_rows
  for each statement execute function drover.note_job_kinds();
create trigger drover_kinds_update after update on drover.jobs
  referencing new table as new_rows
  for each statement execute function drover.note_job_kinds();

-- Notes the kinds of all rows that there are. For when they were written past the triggers.
create function drover.note_all_job_kinds() returns void
language sql set search_path = pg_catalog, pg_temp as $$
  lock table drover.jobs in share row exclusive mode;
  truncate drover.job_kinds;
  insert into drover.job_kinds
  select day, tenant, type, queue, ending, code, drover.job_kind(tenant, type, queue, ending, code)
    from (
      select distinct (submitted_at at time zone 'UTC')::date as day, tenant, type, queue,
             case when finished_at is null then '' else status end as ending,
             coalesce(left(error_code, 200), '') as code
        from drover.jobs
    ) given;
$$;

-- Rows that were there before have the word of their kind, too.
alter table drover.jobs disable trigger user;
update drover.jobs set words = words || array_to_tsvector(array[drover.job_kind(
  tenant, type, queue, case when finished_at is not null then status end, error_code)]);
alter table drover.jobs enable trigger user;
select drover.note_all_job_kinds();

-- What has not ended, of all tenants together, in the order of the list: a long backlog is not sorted to
-- show its first page to an operator.
create index jobs_open_of_all on drover.jobs (status, submitted_at, id) where finished_at is null;

-- Drops the partition of a day. What has not ended is kept, in the default partition.
create or replace function drover.drop_jobs_day(day date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  name constant text := 'jobs_' || to_char(day, 'YYYYMMDD');
begin
  lock table only drover.jobs in access exclusive mode;
  if to_regclass('drover.' || name) is null then return; end if;
  execute format('alter table drover.jobs detach partition drover.%I', name);
  execute format(
    'insert into drover.jobs_default
     select * from drover.%I where finished_at is null and gone_at is null', name);
  execute format('drop table drover.%I', name);
  delete from drover.job_kinds kinds where kinds.day = drop_jobs_day.day;
end $$;

-- Where the jobs stand that have those words and values, between two places of the list: day by day, the
-- latest day first, until there are enough of them; never more than `most`, and of the last day then only
-- some. `alike` asks for the values that make a kind by a word for each, and the values are given, too;
-- what is null asks for nothing. Only the words lead to them: where a value is rarer than Postgres
-- believes, reading the list in its order would take seconds. The version before has a function of this
-- name with fewer parameters, which stays for its processes.
create function drover.seek_jobs(
  words tsquery, alike tsquery,
  whose text, types text[], queues text[], endings text[], codes text[],
  since timestamptz, until timestamptz, before text, enough int, most int
) returns table (submitted_at timestamptz, id text)
language plpgsql stable set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_indexscan = off set jit = off
set plan_cache_mode = force_custom_plan as $$
declare
  -- Above so many kinds the values are looked for one by one: each row that has one of several words costs
  -- more, and with other words beside them more rows are looked at than fit.
  most_kinds constant int := case when words is null then 16 else 4 end;
  -- So many kinds of a day are looked at.
  most_known constant int := 1000;
  span record;
  terms tsquery;
  kinds text[];
  known int;
  found int := 0;
  more int;
begin
  for span in
    with days as (
      select day, day::timestamp at time zone 'UTC' as first,
             (day + 1)::timestamp at time zone 'UTC' as next
        from pg_inherits join pg_class on pg_class.oid = inhrelid
             cross join lateral (select to_date(substr(relname, 6), 'YYYYMMDD') as day) named
       where inhparent = 'drover.jobs'::regclass and relname ~ '^jobs_\d{8}$'
    )
    select * from (
      select day, first, next from days
      -- What has no partition of a day: there is little of it.
      union all
      select null, next, lead(first, 1, 'infinity') over (order by first) from days
      union all
      select null, '-infinity', coalesce(min(first), 'infinity') from days
    ) spans
    where spans.first < spans.next and spans.first <= until and spans.next > since
    order by spans.first desc
  loop
    terms := case when words is null then alike when alike is null then words else alike && words end;
    if span.day is not null and alike is not null then
      select count(*), array_agg(distinct near.term) filter (
               where (types is null or near.type = any(types)) and (queues is null or near.queue = any(queues))
                 and (endings is null or near.ending = any(endings))
                 and (codes is null or near.code = any(codes)))
        into known, kinds
        from (
          select * from drover.job_kinds
           where job_kinds.day = span.day and (whose is null or job_kinds.tenant = whose) limit most_known
        ) near;
      if known < most_known then
        continue when kinds is null;
        if cardinality(kinds) <= most_kinds then
          terms := (select string_agg(quote_literal(kind), ' | ') from unnest(kinds) kind)::tsquery;
          if words is not null then terms := terms && words; end if;
        end if;
      end if;
    end if;
    return query select jobs.submitted_at, jobs.id from drover.jobs
      where jobs.words @@ terms and jobs.submitted_at >= greatest(span.first, since)
        and jobs.submitted_at < span.next and (jobs.submitted_at, jobs.id) < (until, before collate "C")
      order by case when span.day is null then jobs.submitted_at end desc nulls last limit most - found;
    get diagnostics more = row_count;
    found := found + more;
    exit when found >= enough;
  end loop;
end $$;
