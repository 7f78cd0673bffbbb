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
  -- The word of its rows. Empty: some lack it, as those that another version has written, and only their
  -- values lead to them; with an empty tenant, too: so may any row of the day.
  term text collate "C" not null
);
create index job_kinds_of_day on drover.job_kinds (day, tenant, term);

create function drover.note_job_kinds() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into drover.job_kinds
  select written.*
    from (
      select distinct day, tenant, type, queue, ending, code,
             case when words @@ quote_literal(kind)::tsquery then kind else '' end as term
        from (
          select (submitted_at at time zone 'UTC')::date as day, tenant, type, queue,
                 case when finished_at is null then '' else status end as ending,
                 coalesce(left(error_code, 200), '') as code, words,
                 drover.job_kind(
                   tenant, type, queue, case when finished_at is not null then status end, error_code
                 ) as kind
            from new_rows offset 0
        ) given
    ) written
   where not exists (
     select from drover.job_kinds known
      where known.day = written.day and known.tenant = written.tenant and known.term = written.term
        and (written.term <> '' or known.type = written.type and known.queue = written.queue
          and known.ending = written.ending and known.code = written.code)
   );
  return null;
end $$;

create trigger drover_kinds_insert after insert on drover.jobs
  referencing new table as new_rows
  for each statement execute function drover.note_job_kinds();
create trigger drover_kinds_update after update on drover.jobs
  referencing new table as new_rows
  for each statement execute function drover.note_job_kinds();

-- The kinds of the rows that were submitted in that time.
create function drover.job_kinds_between(first timestamptz, next timestamptz) returns setof drover.job_kinds
language sql stable as $$
  select distinct day, tenant, type, queue, ending, code,
         case when words @@ quote_literal(kind)::tsquery then kind else '' end
    from (
      select (submitted_at at time zone 'UTC')::date as day, tenant, type, queue,
             case when finished_at is null then '' else status end as ending,
             coalesce(left(error_code, 200), '') as code, words,
             drover.job_kind(
               tenant, type, queue, case when finished_at is not null then status end, error_code
             ) as kind
        from drover.jobs where submitted_at >= first and submitted_at < next offset 0
    ) given
$$;

-- Notes the kinds of all rows that there are. For when they were written past the triggers. Nobody writes
-- to them meanwhile; who searches goes on.
create function drover.note_all_job_kinds() returns void
language sql set search_path = pg_catalog, pg_temp as $$
  lock table drover.jobs in share row exclusive mode;
  delete from drover.job_kinds;
  insert into drover.job_kinds select * from drover.job_kinds_between('-infinity', 'infinity');
$$;

-- Rows that were there before lack the word of their kind, and stay as they are: to write all of them anew
-- would take hours. Nobody writes to them since the triggers were made.
do $$
declare
  name text;
  has_rows boolean;
begin
  for name in
    select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
     where inhparent = 'drover.jobs'::regclass and relname ~ '^jobs_\d{8}$'
  loop
    execute format('select exists (select from drover.%I)', name) into has_rows;
    if has_rows then
      insert into drover.job_kinds values (to_date(substr(name, 6), 'YYYYMMDD'), '', '', '', '', '', '');
    end if;
  end loop;
end $$;

-- What has not ended, of all tenants together, in the order of the list: a long backlog is not sorted to
-- show its first page to an operator.
create index jobs_open_of_all on drover.jobs (status, submitted_at, id) where finished_at is null;

-- Makes the partition of a day, in UTC, and moves the rows that waited for it. False when it is there.
create or replace function drover.add_jobs_day(day date) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  name constant text := 'jobs_' || to_char(day, 'YYYYMMDD');
  first constant timestamptz := day::timestamp at time zone 'UTC';
  next constant timestamptz := (day + 1)::timestamp at time zone 'UTC';
begin
  if to_regclass('drover.' || name) is not null then return false; end if;
  -- One at a time; and nobody may put rows of that day into the partition of all others any more.
  lock table only drover.jobs in share update exclusive mode;
  lock table only drover.jobs_default in access exclusive mode;
  if to_regclass('drover.' || name) is not null then return false; end if;
  execute format('create table drover.%I (like drover.jobs including all)', name);
  execute format(
    'with moved as (
       delete from drover.jobs_default where submitted_at >= $1 and submitted_at < $2 returning *
     )
     insert into drover.%I select * from moved', name) using first, next;
  execute format(
    'alter table drover.jobs attach partition drover.%I for values from (%L) to (%L)',
    name, first, next);
  -- What was moved has fired no trigger.
  delete from drover.job_kinds kinds where kinds.day = add_jobs_day.day;
  insert into drover.job_kinds select * from drover.job_kinds_between(first, next);
  return true;
end $$;

-- Forgets the kinds of days that have no partition: what is left of them is found by its values, and its
-- kinds are noted again should it be moved into one.
create function drover.prune_job_kinds() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- No partition is made or dropped meanwhile.
  lock table only drover.jobs in share update exclusive mode;
  delete from drover.job_kinds
   where to_regclass('drover.jobs_' || to_char(day, 'YYYYMMDD')) is null;
end $$;

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
-- what is null asks for nothing. Where rows may lack the word of their kind, those of the values are looked
-- for. Only the words lead to them: where a value is rarer than Postgres believes, reading the list in its
-- order would take seconds. The version before has a function of this name with fewer parameters, which
-- stays for its processes.
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
               where near.tenant = ''
                  or (types is null or near.type = any(types)) and (queues is null or near.queue = any(queues))
                 and (endings is null or near.ending = any(endings))
                 and (codes is null or near.code = any(codes)))
        into known, kinds
        from (
          select * from drover.job_kinds
           where job_kinds.day = span.day and (whose is null or job_kinds.tenant in (whose, ''))
           limit most_known
        ) near;
      if known < most_known then
        continue when kinds is null;
        if cardinality(kinds) <= most_kinds and '' <> all (kinds) then
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
