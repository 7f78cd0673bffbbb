/** The areas of the API, in the order of its reference. */
export const tags = {
  Jobs: 'Submit jobs, follow them, cancel and retry them.',
  Workflows: 'Jobs that need one another: submit graphs of them, follow them, cancel them.',
  Schedules: 'Jobs that the clock submits: by cron or interval, with their last and next runs.',
  Views:
    'Materialized views of the database: their rows through the cache, and how fresh they are.',
  'Dead letters': 'Jobs that have failed for good: find out why, and run them again.',
  'Job types': 'The catalog: what can be submitted, and what comes back.',
  Webhooks:
    'Who is told how jobs and workflows have ended, what the messages are signed with, and what became of them.',
  Queues: 'How much waits, and how fast it goes. For operators; over the jobs of all tenants.',
  Workers: 'The processes that do the work. For operators; over the jobs of all tenants.',
  Cache: 'What is kept of values that are dear to make: take it away. For operators.',
  Audit: 'What operators did: who, what and when. For admins.',
  Health: 'Whether the process is alive, ready and well. Open to all.',
} as const;

export type TagName = keyof typeof tags;
