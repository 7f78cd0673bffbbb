import type { View } from '@drover/jobs/views/define-view';
import type { ViewRecord } from '@drover/jobs/views/record';
import { type RequestParts, requestRefresh } from '@drover/jobs/views/request-refresh';
import { toError } from '@drover/shared/errors';
import type { Log } from '@drover/shared/log';

type Age = Pick<ViewRecord, 'refreshedAt' | 'attemptedAt'>;

/** Whether a view's rows are older than it allows. */
export const isTooOld = ({ refresh }: View, { refreshedAt }: Age, now = Date.now()): boolean =>
  refresh.maxAge !== undefined && refreshedAt !== null && now - refreshedAt > refresh.maxAge;

/** How soon one process asks again after the same attempt, in milliseconds: the job may have been lost. */
const askAgainMs = 60_000;

/** Asks for a refresh of a view that a read has found too old; it waits for nothing. */
export type Renewal = (view: View, record: Age & Pick<ViewRecord, 'generation'>) => void;

/**
 * Makes of any number of reads, in any number of processes, one request after each attempt. One that
 * has failed is followed by another when the view's time has passed once more, not at the next read.
 */
export const createRenewal = (parts: RequestParts & { log: Log }): Renewal => {
  const asked = new Map<string, { generation: number; at: number }>();
  return (view, record) => {
    const { name, refresh } = view;
    const { generation, attemptedAt } = record;
    const isAttempted = Date.now() - attemptedAt <= (refresh.maxAge ?? 0);
    const last = asked.get(name);
    const isAsked = last?.generation === generation && Date.now() - last.at < askAgainMs;
    if (!isTooOld(view, record) || isAttempted || isAsked) return;
    asked.set(name, { generation, at: Date.now() });
    requestRefresh(parts, { name, generation, attemptedAt }).catch((thrown: unknown) => {
      asked.delete(name);
      parts.log.warn(
        { view: name, reason: toError(thrown).message },
        'a refresh was not asked for',
      );
    });
  };
};
