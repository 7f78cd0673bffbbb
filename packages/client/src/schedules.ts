import type {
  ScheduleInput,
  SchedulePage,
  ScheduleResource,
  ScheduleRun,
} from '@drover/jobs/contract/schedule';
import type { AnyJobs } from './catalog.ts';
import { DroverError } from './error.ts';
import { segment, type Transport } from './http/transport.ts';
import type { Job } from './job.ts';
import type { CallOptions } from './operations.ts';
import { newIdempotencyKey } from './submitting/idempotency-key.ts';

export type { ScheduleInput, SchedulePage, ScheduleRun };
export type Schedule = ScheduleResource;

export interface SchedulePageOptions extends CallOptions {
  /** Most schedules of the page, 100 at most; default 50. */
  limit?: number | undefined;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
}

const wholePage = 100;

/** Whether an answer that was lost had done already what is asked for again. */
const wasDone = (err: unknown): boolean =>
  err instanceof DroverError && err.code === 'schedule-not-found' && err.attempts > 1;

/**
 * The jobs that the clock submits. A key sees those of its tenant, one with the role `operate` also
 * those that stand in the server's code; changing them needs the role `submit`.
 */
export const scheduleCalls = (transport: Transport) => {
  const pathOf = (id: string) => `schedules/${segment(id)}`;
  const read = async <T>(path: string, { signal }: CallOptions = {}): Promise<T> =>
    (await transport.request<T>({ method: 'GET', path, retry: 'always', signal })).body;

  const page = ({ limit, cursor, ...call }: SchedulePageOptions = {}): Promise<SchedulePage> => {
    const query = new URLSearchParams();
    if (limit !== undefined) query.set('limit', String(limit));
    if (cursor !== undefined) query.set('cursor', cursor);
    return read(query.size === 0 ? 'schedules' : `schedules?${query}`, call);
  };

  /** In the order of their ids, fetched page by page as the loop goes on. */
  const list = async function* (call: CallOptions = {}): AsyncGenerator<Schedule, void> {
    let cursor: string | undefined;
    do {
      const found: SchedulePage = await page({ ...call, limit: wholePage, cursor });
      yield* found.items;
      cursor = found.nextCursor ?? undefined;
    } while (cursor !== undefined);
  };

  /** All of these set what is to be, so they may be tried again. */
  const set = async (
    method: 'PUT' | 'PATCH',
    id: string,
    body: unknown,
    { signal }: CallOptions = {},
  ): Promise<Schedule> => {
    const request = { method, path: pathOf(id), body, retry: 'always', signal } as const;
    return (await transport.request<Schedule>(request)).body;
  };

  return {
    page,
    list,

    /** @throws DroverError `schedule-not-found`. */
    get: (id: string, call?: CallOptions): Promise<Schedule> => read(pathOf(id), call),

    /**
     * Makes a schedule, or replaces the one of this id.
     * @throws DroverError `invalid-submission`, `unknown-job-type`, `schedule-declared` or `schedule-limit`.
     */
    put: (id: string, schedule: ScheduleInput, call?: CallOptions): Promise<Schedule> =>
      set('PUT', id, schedule, call),

    /** @throws DroverError `schedule-not-found`. */
    enable: (id: string, call?: CallOptions): Promise<Schedule> =>
      set('PATCH', id, { enabled: true }, call),

    /** @throws DroverError `schedule-not-found`. */
    disable: (id: string, call?: CallOptions): Promise<Schedule> =>
      set('PATCH', id, { enabled: false }, call),

    /** @throws DroverError `schedule-not-found`; `schedule-declared`. */
    delete: async (id: string, { signal }: CallOptions = {}): Promise<void> => {
      const request = { method: 'DELETE', path: pathOf(id), retry: 'always', signal } as const;
      try {
        const { response, deadline } = await transport.open(request);
        deadline.clear();
        await response.body?.cancel();
      } catch (err) {
        if (!wasDone(err)) throw err;
      }
    },

    /**
     * Submits the schedule's job now, once however often this has to be tried.
     * @throws DroverError `schedule-not-found`; `schedule-unrunnable`.
     */
    trigger: async (id: string, { signal }: CallOptions = {}): Promise<Job<string, AnyJobs>> => {
      const headers = { 'idempotency-key': newIdempotencyKey() };
      const path = `${pathOf(id)}/trigger`;
      const request = { method: 'POST', path, headers, retry: 'always', signal } as const;
      return (await transport.request<Job<string, AnyJobs>>(request)).body;
    },
  };
};
