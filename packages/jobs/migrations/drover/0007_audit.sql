-- What operators did, moved here from Redis. `ms` and `seq` are the id that Redis gave an entry, which
-- is its time; there is one entry for each write, and its outcome is added when it is known.
create table drover.audit (
  -- What the names of its keys in Redis begin with: several Drovers may share a database, and ids are
  -- those of one Redis.
  key_prefix text collate "C" not null,
  ms bigint not null,
  seq int not null,
  origin text not null,
  action text collate "C" not null,
  target text collate "C",
  tenant text collate "C" not null,
  key text not null,
  user_name text collate "C",
  address text not null,
  request_id text not null,
  -- JSON: what was asked, and what it changed. The types for JSON refuse the character U+0000.
  details text not null,
  outcome text,
  reason text,
  -- JSON, added to the details when the outcome is known.
  changes text,
  primary key (key_prefix, ms, seq)
);
create index audit_target on drover.audit (key_prefix, target, ms, seq);

-- How full the queues were, all together, in spans of several lengths: each sample is added to one span
-- of each length. Totals count since the queues were made: what was done is what they have grown by.
create table drover.load_samples (
  -- Whose queues they are, as in `drover.audit`.
  key_prefix text collate "C" not null,
  seconds int not null,
  at timestamptz not null,
  -- The latest sample that it holds.
  until timestamptz not null,
  -- The most at once.
  queued bigint not null,
  running bigint not null,
  -- The latest.
  succeeded_total bigint not null,
  failed_total bigint not null,
  -- How long some of the jobs that succeeded had waited and run: how many durations there are of each
  -- class of `drover.duration_class`, from class 1 on.
  waits bigint[] not null,
  runs bigint[] not null,
  primary key (key_prefix, seconds, at)
);
