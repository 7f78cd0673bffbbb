-- What became of every job: a row for each, as it was when it was last read from Redis. The recorder
-- writes it behind; Redis forgets a job after its retention, this table after HISTORY_DAYS.
create table drover.jobs (
  -- The time in the job's id. It decides the day's partition, so a look-up by id touches one of them.
  submitted_at timestamptz not null,
  id text collate "C" not null,
  tenant text collate "C" not null,
  type text collate "C" not null,
  queue text collate "C" not null,
  status text collate "C" not null,
  priority smallint not null,
  tags text[] collate "C" not null default '{}',
  -- What it belongs to: the id of its workflow and its step there; the id of its schedule.
  workflow text collate "C",
  step text collate "C",
  schedule text collate "C",
  created_at timestamptz not null,
  run_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  attempts_made int not null,
  attempts_max int not null,
  error_code text collate "C",
  error_message text,
  -- The job resource, as JSON. The types for JSON refuse what JSON may hold: the character U+0000.
  resource text not null,
  -- What a search for text finds: see `words.ts`.
  words tsvector not null,
  -- When it was read, in microseconds of the clock of its Redis: an older read never replaces a newer.
  seen_at bigint not null,
  -- It had not ended, and Redis has lost it.
  gone_at timestamptz,
  -- What the names of its keys in Redis begin with: several Drovers may share a database.
  origin text collate "C" not null default '',
  primary key (submitted_at, id)
) partition by range (submitted_at);

-- The least that finds a page of any filter fast (see `history/page.ts`), for each costs the recorder: the
-- order of a tenant's list; what has not ended; and the words, with which stand the values of the filters
-- (see `history/terms.ts`).
create index jobs_listed on drover.jobs (tenant, submitted_at, id);
create index jobs_open on drover.jobs (tenant, status, submitted_at, id) where finished_at is null;
create index jobs_words on drover.jobs using gin (words);

-- Rows of days without a partition: ids with odd times, and what had not ended when its day was dropped.
create table drover.jobs_default partition of drover.jobs default;

-- Makes the partition of a day, in UTC, and moves the rows that waited for it. False when it is there.
create function drover.add_jobs_day(day date) returns boolean
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
  return true;
end $$;

-- Drops the partition of a day. What has not ended is kept, in the default partition.
create function drover.drop_jobs_day(day date) returns void
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
end $$;

-- Where the jobs stand that have those words, between two places of the list: day by day, the latest day
-- first, until there are enough of them; never more than `most`, and of the last day then only some. Only
-- the words lead to them: where a value is rarer than Postgres believes, reading the list in its order
-- would take seconds.
create function drover.seek_jobs(
  terms tsquery, since timestamptz, until timestamptz, before text, enough int, most int
) returns table (submitted_at timestamptz, id text)
language plpgsql stable set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_indexscan = off set jit = off
set plan_cache_mode = force_custom_plan as $$
declare
  oldest constant timestamptz := (
    select min(to_date(substr(relname, 6), 'YYYYMMDD'))::timestamp at time zone 'UTC'
    from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'drover.jobs'::regclass and relname ~ '^jobs_\d{8}$'
  );
  last timestamptz := until;
  before_last text := before;
  first timestamptz := date_trunc('day', least(until, now()), 'UTC');
  found int := 0;
  more int;
begin
  while first >= coalesce(oldest, 'infinity') loop
    first := greatest(first, since);
    return query select jobs.submitted_at, jobs.id from drover.jobs
      where jobs.words @@ terms and jobs.submitted_at >= first and jobs.submitted_at <= last
        and (jobs.submitted_at, jobs.id) < (last, before_last collate "C")
      limit most - found;
    get diagnostics more = row_count;
    found := found + more;
    if found >= enough or first <= since then return; end if;
    last := first;
    before_last := '';
    first := first - interval '1 day';
  end loop;
  -- What has no partition of a day: there is little of it.
  return query select jobs.submitted_at, jobs.id from drover.jobs
    where jobs.words @@ terms and jobs.submitted_at >= since and jobs.submitted_at <= last
      and (jobs.submitted_at, jobs.id) < (last, before_last collate "C")
    order by jobs.submitted_at desc, jobs.id desc limit most - found;
end $$;

-- What all processes of the API know and nobody else: `job-cursors` signs places in lists.
create table drover.secrets (name text primary key, value text not null);
insert into drover.secrets values
  ('job-cursors', gen_random_uuid()::text || gen_random_uuid()::text);
