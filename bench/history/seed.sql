-- A history to measure with: days of jobs of three tenants and eight types, most of them succeeded, with
-- rare and common words, tags and error codes, and one bad hour. The same numbers make the same rows.
-- `words` holds what `packages/jobs/src/history/terms.ts` says.
create schema if not exists bench;

-- Five bits of a time as a digit of base 32.
create or replace function bench.digit(ms bigint, shift int) returns text
language sql immutable as $$
  select substr('0123456789abcdefghjkmnpqrstvwxyz', ((ms >> shift) & 31)::int + 1, 1)
$$;

-- A job id of that time (milliseconds): its ulid has the time in base 32, and the number as its chance.
create or replace function bench.job_id(queue text, ms bigint, number bigint) returns text
language sql immutable as $$
  select queue || '.0.' ||
    bench.digit(ms, 45) || bench.digit(ms, 40) || bench.digit(ms, 35) ||
    bench.digit(ms, 30) || bench.digit(ms, 25) || bench.digit(ms, 20) ||
    bench.digit(ms, 15) || bench.digit(ms, 10) || bench.digit(ms, 5) ||
    bench.digit(ms, 0) || substr(md5(number::text), 1, 16)
$$;

-- A time as JSON.
create or replace function bench.instant(at timestamptz) returns text
language sql stable as $$
  select coalesce('"' || to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"', 'null')
$$;

-- A number from 0 up to 1 that is always the same for the same two.
create or replace function bench.chance(number bigint, salt int) returns float8
language sql immutable as $$
  select (hashint8extended(number, salt) & 1048575)::float8 / 1048576
$$;

-- Fills the day that many days ago with `count` jobs, numbered from `first` on. Its indexes are made when
-- all rows are there.
create or replace function bench.seed_day(days_ago int, count int, first bigint) returns void
language plpgsql set jit = off as $$
declare
  day constant date := (now() at time zone 'UTC')::date - days_ago;
  midnight constant timestamptz := day::timestamp at time zone 'UTC';
  -- Today has only begun.
  length constant interval := least(interval '1 day', now() - midnight);
  name constant text := 'jobs_' || to_char(day, 'YYYYMMDD');
begin
  execute format('drop table if exists drover.%I', name);
  execute format('create table drover.%I (like drover.jobs including defaults)', name);
  execute format($sql$
    insert into drover.%I (submitted_at, id, tenant, type, queue, status, priority, tags, workflow, step,
      schedule, created_at, run_at, started_at, finished_at, attempts_made, attempts_max, error_code,
      error_message, resource, words, seen_at)
    with numbered as (
      select n, date_trunc('milliseconds', $1 + $2 * ((n - $3)::float8 / $4)) as at,
        bench.chance(n, 1) as a, bench.chance(n, 2) as b, bench.chance(n, 3) as c,
        bench.chance(n, 4) as d, bench.chance(n, 5) as e, bench.chance(n, 6) as f
      from generate_series($3, $3 + $4 - 1) n
    ), chosen as (
      select *,
        case when a < 0.6 then 'acme' when a < 0.9 then 'globex' else 'initech' end as tenant,
        case when b < 0.40 then 'demo.echo' when b < 0.60 then 'http.request'
          when b < 0.75 then 'email.send' when b < 0.85 then 'image.thumbnails'
          when b < 0.93 then 'webhook.deliver' when b < 0.97 then 'report.generate'
          when b < 0.9995 then 'data.import' else 'image.optimize' end as type,
        case when $5 = 20 and extract(hour from at) = 13 and c < 0.4 then 'failed'
          when c < 0.03 then 'failed' when c < 0.04 then 'canceled' when c < 0.045 then 'expired'
          when c < 0.0451 then 'scheduled' when $5 = 0 and now() - at < interval '1 minute' then 'queued'
          else 'succeeded' end as status
      from numbered
    ), told as (
      select *,
        case type when 'demo.echo' then 'demo' when 'http.request' then 'http' when 'email.send' then 'mail'
          when 'webhook.deliver' then 'webhooks' when 'report.generate' then 'data'
          when 'data.import' then 'data' else 'media' end as queue,
        array_remove(array[case when d < 0.1 then 'nightly' end,
          case when d < 0.3 then 'customer-' || floor(d * 20000) end,
          case when $5 = 12 and d > 0.6 then 'release-42' end], null) as tags,
        case when status in ('canceled', 'expired') then status
          when status <> 'failed' then null when e < 0.5 then 'timeout' when e < 0.9 then 'http-500'
          when e < 0.9999 then 'source-not-found' else 'disk-full' end as error_code,
        case when f < 0.1 then 'wf.0.' || (n / 5) end as workflow,
        case when f > 0.98 then 'schedule-' || (n %% 7) end as schedule,
        'order ' || n || case when e < 0.3 then ' urgent' else '' end
          || ' for customer' || floor(f * 100000) || ' item' || floor(f * f * 3000)
          || ' item' || floor(d * d * 3000) || ' depot' || floor(a * 40) || ' route' || floor(b * 900)
          || case when n %% 500000 = 7 then ' zanzibar' else '' end as text
      from chosen
    ), ended as (
      select *, bench.job_id(queue, (extract(epoch from at) * 1000)::bigint, n) as id,
        case when error_code is null then null when status = 'failed'
          then 'The server said no: ' || error_code || ' while it looked for shelf' || floor(f * 500)
          else 'The job was ' || status || ' before it was done.' end as error_message,
        case when status in ('queued', 'scheduled') then null else at + interval '1 second' * (f + b) end
          as finished
      from told
    )
    select at, id, tenant, type, queue, status, 5, tags, workflow,
      case when workflow is not null then 'step' || (n %% 5) end, schedule, at, at,
      case when finished is not null then at + interval '1 second' * b end, finished,
      case when finished is null then 0 else 1 end, 3, error_code, error_message,
      '{"id":"' || id || '","type":"' || type || '","queue":"' || queue || '","tenant":"' || tenant
        || '","status":"' || status || '","priority":5,"progress":'
        || case when status = 'succeeded' then '1' else '0' end || ',"attempts":{"made":'
        || case when finished is null then '0' else '1' end || ',"max":3,"history":[]},"payload":{"text":"'
        || text || '","customer":' || floor(f * 100000) || '},"result":'
        || case when status = 'succeeded' then '{"ok":true}' else 'null' end || ',"error":'
        || case when error_code is null then 'null' else '{"code":"' || error_code || '","message":"'
          || error_message || '","attempt":1,"retryable":true}' end
        || ',"tags":' || array_to_json(tags) || ',"createdAt":' || bench.instant(at)
        || ',"runAt":' || bench.instant(at) || ',"startedAt":' || bench.instant(at + interval '1 second' * b)
        || ',"finishedAt":' || bench.instant(finished) || ',"links":{"self":"/jobs/' || id
        || '","events":"/jobs/' || id || '/events","logs":"/jobs/' || id || '/logs"}}',
      to_tsvector('simple', text || ' ' || type || ' ' || array_to_string(tags, ' ') || ' '
        || coalesce(error_code, '') || ' ' || coalesce(error_message, ''))
        || array_to_tsvector(array_remove(array[
          drover.job_kind(tenant, type, queue, case when finished is not null then status end, error_code),
          't=' || tenant, 'y=' || type, 'q=' || queue,
          case when finished is not null then 's=' || status end, 'w=' || workflow, 'h=' || schedule,
          'c=' || error_code] || (select array_agg('g=' || tag) from unnest(tags) as tag), null)),
      (extract(epoch from at) * 1000000)::bigint
    from ended
    order by at
  $sql$, name) using midnight, length, first, count, days_ago;
  execute format('alter table drover.jobs attach partition drover.%I for values from (%L) to (%L)',
    name, midnight, midnight + interval '1 day');
  execute format('analyze drover.%I', name);
end $$;
