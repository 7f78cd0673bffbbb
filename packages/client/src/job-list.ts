import type {
  BulkPreview,
  JobFilterInput,
  JobPage,
  JobSummary,
} from '@drover/jobs/contract/job-list';
import type { AnyJobs } from './catalog.ts';
import type { Transport } from './http/transport.ts';
import type { Job } from './job.ts';
import { linesOf } from './lines.ts';
import type { CallOptions } from './operations.ts';

export type { BulkPreview, JobPage, JobSummary };

/**
 * Which jobs are meant: all of what is given must be true of one. Instants are RFC 3339; what is
 * undefined counts as left out.
 */
export type JobFilter = { [Key in keyof JobFilterInput]: JobFilterInput[Key] | undefined };

export interface JobPageOptions extends CallOptions {
  /** Most jobs of the page, 100 at most; default 20. */
  limit?: number | undefined;
  /** `nextCursor` of the page before, with the same filter. */
  cursor?: string | undefined;
}

export interface BulkChangeOptions extends CallOptions {
  /** Jobs that are changed in a second, at most; default 100. */
  rate?: number | undefined;
}

const wholePage = 100;

/** The parameters that are given, as a query string. */
const queryOf = (
  parameters: JobFilter & { limit?: number | undefined; cursor?: string | undefined },
) => {
  const query = new URLSearchParams();
  for (const [name, given] of Object.entries(parameters)) {
    for (const value of [given ?? []].flat()) query.append(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
};

/**
 * The jobs of the key's tenant, also those that the queue has forgotten. Reading needs the role `read`,
 * changing many of them `operate`.
 */
export const jobListCalls = (transport: Transport) => {
  const page = async (
    filter: JobFilter = {},
    { limit, cursor, signal }: JobPageOptions = {},
  ): Promise<JobPage> => {
    const path = `jobs${queryOf({ ...filter, limit, cursor })}`;
    return (await transport.request<JobPage>({ method: 'GET', path, retry: 'always', signal }))
      .body;
  };

  const post = async <T>(path: string, body: unknown, { signal }: CallOptions = {}) =>
    (await transport.request<T>({ method: 'POST', path, body, retry: 'when-refused', signal }))
      .body;

  const meant = (which: JobFilter | 'all') => (which === 'all' ? { all: true } : { filter: which });

  const change =
    (path: 'jobs/cancel' | 'jobs/retry') =>
    (
      which: JobFilter | 'all',
      { rate, ...call }: BulkChangeOptions = {},
    ): Promise<Job<string, AnyJobs>> =>
      post(path, { ...meant(which), rate }, call);

  const preview =
    (path: 'jobs/cancel' | 'jobs/retry') =>
    (which: JobFilter | 'all', call?: CallOptions): Promise<BulkPreview> =>
      post(path, { ...meant(which), dryRun: true }, call);

  return {
    /** Those that were submitted last first. A page may have fewer than `limit` while there are more. */
    page,

    /** The same, fetched page by page as the loop goes on. */
    list: async function* (
      filter: JobFilter = {},
      call: CallOptions = {},
    ): AsyncGenerator<JobSummary, void> {
      let cursor: string | undefined;
      do {
        const found: JobPage = await page(filter, { ...call, limit: wholePage, cursor });
        yield* found.items;
        cursor = found.nextCursor ?? undefined;
      } while (cursor !== undefined);
    },

    /**
     * Whole jobs, with payloads and results, in one answer that is read as the loop goes on.
     * @throws DroverError when the answer ends before the jobs do.
     */
    export: async function* (
      filter: JobFilter = {},
      { signal }: CallOptions = {},
    ): AsyncGenerator<Job<string, AnyJobs>, void> {
      const path = `jobs/export${queryOf(filter)}`;
      const accept = { accept: 'application/x-ndjson, application/problem+json' };
      const request = { method: 'GET', path, headers: accept, retry: 'always', signal } as const;
      const { response, deadline } = await transport.open(request);
      try {
        if (response.body === null) return;
        for await (const line of linesOf(response.body)) {
          yield JSON.parse(line) as Job<string, AnyJobs>;
        }
      } finally {
        deadline.clear();
      }
    },

    /** Has all of a filter canceled by a job; resolves with that job when the server holds it. */
    cancelAll: change('jobs/cancel'),

    /** Has all of a filter run again by a job: those that have failed, expired or been canceled. */
    retryAll: change('jobs/retry'),

    /** How many {@link cancelAll} would cancel, and some of them. */
    previewCancel: preview('jobs/cancel'),

    /** How many {@link retryAll} would run again, and some of them. */
    previewRetry: preview('jobs/retry'),
  };
};
