-- What data.import has done. A row is written in the transaction of its import, so it is there exactly
-- when the imported rows are; a retry that finds it has nothing left to do.
create table drover.imports (
  job text primary key,
  result jsonb,
  finished_at timestamptz not null default now()
);

create index imports_finished_at on drover.imports (finished_at);
