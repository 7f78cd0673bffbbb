-- What became of each view's refreshes. A refresh writes its row in the transaction that changes the
-- view's rows, so `refreshed_at` is true of whatever a reader sees.
create table drover.views (
  name text primary key,
  -- Counts the attempts. A request for a refresh names the attempt that it came after.
  generation bigint not null default 0,
  attempted_at timestamptz not null default clock_timestamp(),
  -- The moment that the rows tell of.
  refreshed_at timestamptz,
  -- Rows that there are, and those that the last refresh looked at; null where that was all.
  rows bigint,
  recomputed bigint,
  took_ms double precision,
  -- Of the last attempt, where it failed.
  failed_at timestamptz,
  error text
);

-- Tells a channel, its argument, that a table has changed; once for each transaction. It is for
-- statement-level triggers on tables that views with `refresh: { on: [channel] }` read.
create function drover.notify_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_notify(tg_argv[0], '');
  return null;
end $$;
