/** The areas of the API, in the order of its reference. */
export const tags = {
  Jobs: 'Submit jobs, follow them, cancel and retry them.',
  'Job types': 'The catalog: what can be submitted, and what comes back.',
  Queues: 'How much waits, and how fast it goes. For operators; over the jobs of all tenants.',
  Workers: 'The processes that do the work. For operators; over the jobs of all tenants.',
  Health: 'Whether the process is alive, ready and well. Open to all.',
} as const;

export type TagName = keyof typeof tags;
