import type {
  DeadLetter,
  DeadLetterFilterInput,
  DeadLetterGroups,
  DeadLetterPage,
  DeadLetterSummary,
  DeletionReport,
  RedrivePreview,
} from '@drover/jobs/contract/dead-letters';
import type { AnyJobs } from './catalog.ts';
import { DroverError } from './error.ts';
import { segment, type Transport } from './http/transport.ts';
import type { Job } from './job.ts';
import type { CallOptions } from './operations.ts';

export type { DeadLetter, DeadLetterGroups, DeadLetterPage, DeadLetterSummary, RedrivePreview };

/**
 * Which dead letters are meant: all of what is given must be true of one. Instants are RFC 3339; what
 * is undefined counts as left out.
 */
export type DeadLetterFilter = {
  [Key in keyof DeadLetterFilterInput]: DeadLetterFilterInput[Key] | undefined;
};

export interface DeadLetterPageOptions extends CallOptions {
  /** Most dead letters of the page, 100 at most; default 20. */
  limit?: number | undefined;
  /** `nextCursor` of the page before, with the same filter. */
  cursor?: string | undefined;
}

export interface BulkRedriveOptions extends CallOptions {
  /** Jobs that are redriven in a second, at most; default 100. */
  rate?: number | undefined;
}

/** The parameters that are given, as a query string. */
const queryOf = (parameters: Record<string, string | number | undefined>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
};

const wholePage = 100;

/** Whether an answer that was lost had done already what is asked for again. */
const wasDone = (err: unknown): boolean =>
  err instanceof DroverError && err.code === 'dead-letter-not-found' && err.attempts > 1;

/**
 * The jobs that have failed for good. A key sees those of its tenant, one with the role `admin` all;
 * reading needs the role `read`, redriving and deleting `operate`.
 */
export const deadLetterCalls = (transport: Transport) => {
  const pathOf = (id: string) => `dead-letters/${segment(id)}`;
  const read = async <T>(path: string, { signal }: CallOptions = {}): Promise<T> =>
    (await transport.request<T>({ method: 'GET', path, retry: 'always', signal })).body;

  const page = (
    filter: DeadLetterFilter = {},
    { limit, cursor, ...call }: DeadLetterPageOptions = {},
  ): Promise<DeadLetterPage> => read(`dead-letters${queryOf({ ...filter, limit, cursor })}`, call);

  /** The ones that failed last first, fetched page by page as the loop goes on. */
  const list = async function* (
    filter: DeadLetterFilter = {},
    call: CallOptions = {},
  ): AsyncGenerator<DeadLetterSummary, void> {
    let cursor: string | undefined;
    do {
      const found: DeadLetterPage = await page(filter, { ...call, limit: wholePage, cursor });
      yield* found.items;
      cursor = found.nextCursor ?? undefined;
    } while (cursor !== undefined);
  };

  const post = async <T>(path: string, body: unknown, { signal }: CallOptions = {}) =>
    (await transport.request<T>({ method: 'POST', path, body, retry: 'when-refused', signal }))
      .body;

  const remove = (path: string, { signal }: CallOptions = {}) =>
    transport.request<DeletionReport>({ method: 'DELETE', path, retry: 'always', signal });

  const meant = (which: DeadLetterFilter | 'all') =>
    which === 'all' ? { all: true } : { filter: which };

  return {
    page,
    list,

    /** How many have the same cause, the largest groups first; `limit` is 200 at most, default 50. */
    groups: (
      filter: DeadLetterFilter = {},
      { limit, ...call }: CallOptions & { limit?: number | undefined } = {},
    ): Promise<DeadLetterGroups> =>
      read(`dead-letters/groups${queryOf({ ...filter, limit })}`, call),

    /** @throws DroverError `dead-letter-not-found`. */
    get: (id: string, call?: CallOptions): Promise<DeadLetter> => read(pathOf(id), call),

    /**
     * Runs the job again under its id, if need be with another payload.
     * @throws DroverError `job-not-dead` when it was redriven before; `invalid-submission`.
     */
    redrive: (
      id: string,
      { payload, ...call }: CallOptions & { payload?: unknown } = {},
    ): Promise<Job<string, AnyJobs>> =>
      post(`${pathOf(id)}/redrive`, payload === undefined ? {} : { payload }, call),

    /** Has all of a filter redriven by a job; resolves with that job when the server holds it. */
    redriveAll: (
      which: DeadLetterFilter | 'all',
      { rate, ...call }: BulkRedriveOptions = {},
    ): Promise<Job<string, AnyJobs>> =>
      post('dead-letters/redrive', { ...meant(which), rate }, call),

    /** How many {@link redriveAll} would redrive, and some of them. */
    previewRedrive: (
      which: DeadLetterFilter | 'all',
      call?: CallOptions,
    ): Promise<RedrivePreview> =>
      post('dead-letters/redrive', { ...meant(which), dryRun: true }, call),

    /**
     * Deletes a dead letter and its job.
     * @throws DroverError `dead-letter-not-found`; `job-not-dead`.
     */
    delete: async (id: string, call?: CallOptions): Promise<void> => {
      await remove(pathOf(id), call).catch((err: unknown) => {
        if (!wasDone(err)) throw err;
      });
    },

    /**
     * Deletes all dead letters of a filter that there are now, and their jobs.
     * @returns how many.
     */
    deleteAll: async (which: DeadLetterFilter | 'all', call?: CallOptions): Promise<number> => {
      const query = queryOf(which === 'all' ? { all: 'true' } : which);
      let deleted = 0;
      for (;;) {
        const { body } = await remove(`dead-letters${query}`, call);
        deleted += body.deleted;
        if (!body.more) return deleted;
      }
    },
  };
};
