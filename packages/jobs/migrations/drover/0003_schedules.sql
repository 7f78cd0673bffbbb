-- Schedules that were made over the API. `job` is a submission as it was given: type, payload, options.
create table drover.schedules (
  tenant text collate "C" not null,
  id text collate "C" not null,
  cron text,
  every_ms bigint,
  timezone text not null,
  job json not null,
  overlap text not null,
  misfire text not null,
  enabled boolean not null,
  fingerprint text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant, id),
  check ((cron is null) <> (every_ms is null))
);

-- Declared schedules that an operator has switched off.
create table drover.disabled_schedules (
  id text primary key,
  disabled_at timestamptz not null default now()
);
