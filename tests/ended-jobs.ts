/** A job that has ended, as the history is to have it. Durations are milliseconds. */
export interface EndedJob {
  /** Unique; anything. */
  readonly id: string;
  readonly tenant?: string;
  readonly type?: string;
  readonly status?: string;
  /** When it ended: RFC 3339. Null: it has not. */
  readonly endedAt: string | null;
  /** How long it ran, and waited before that; null: it never started. */
  readonly ran?: number | null;
  readonly waited?: number;
  readonly attempts?: number;
}

type Query = (sql: string, values?: unknown[]) => Promise<unknown>;

/** Writes such jobs into the history, or what became of them meanwhile, as the recorder does. */
export const recordEnds = async (query: Query, jobs: readonly EndedJob[]): Promise<void> => {
  await query(
    `insert into drover.jobs as known (submitted_at, id, tenant, type, queue, status, priority, created_at,
       run_at, started_at, finished_at, attempts_made, attempts_max, resource, words, seen_at)
     select '2026-03-01T00:00:00Z', id, tenant, type, 'default', status, 5, '2026-03-01T00:00:00Z',
            coalesce(started, ended, '2026-03-01T00:00:00Z') - make_interval(secs => waited / 1000.0),
            started, ended, attempts, 5, '{}', '', 1
       from (
         select id, tenant, type, status, attempts, waited, ended_at as ended,
                ended_at - make_interval(secs => ran / 1000.0) as started
           from jsonb_to_recordset($1::jsonb) as given (id text, tenant text, type text, status text,
             ended_at timestamptz, ran float8, waited float8, attempts int)
       ) jobs
     on conflict (submitted_at, id) do update set
       tenant = excluded.tenant, status = excluded.status, run_at = excluded.run_at,
       started_at = excluded.started_at, finished_at = excluded.finished_at,
       attempts_made = excluded.attempts_made, seen_at = known.seen_at + 1`,
    [
      JSON.stringify(
        jobs.map(({ id, tenant, type, status, endedAt, ran = 100, waited = 10, attempts = 1 }) => ({
          id,
          tenant: tenant ?? 'acme',
          type: type ?? 'demo.echo',
          status: status ?? 'succeeded',
          ended_at: endedAt,
          ran,
          waited,
          attempts,
        })),
      ),
    ],
  );
};
