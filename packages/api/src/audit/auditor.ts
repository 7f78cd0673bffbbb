import {
  type AuditEnd,
  type AuditIntent,
  type AuditStore,
  beginEntry,
  endEntry,
} from '@drover/jobs/audit/append';
import type { AuditDetails } from '@drover/jobs/contract/audit';
import { toError } from '@drover/shared/errors';
import type { Log } from '@drover/shared/log';
import type { FastifyError } from 'fastify';
import { toProblem } from '../errors/problem-handler.ts';

/** Writes down what operators do: before it is done, and what became of it. */
export interface Auditor {
  /** Fails when it cannot be written down: then nothing may be done. @returns the id of the entry. */
  begin(intent: AuditIntent): Promise<string>;
  /** Never fails: what is done is done. */
  end(id: string, end: AuditEnd): Promise<void>;
  /** Does something between the two. */
  record<T>(
    intent: AuditIntent,
    act: () => Promise<T>,
    detailsOf?: (result: T) => AuditDetails | undefined,
  ): Promise<T>;
}

/** How an act ended that threw. */
export const endOfFailure = (err: Error & Partial<FastifyError>): AuditEnd => {
  const { status, code } = toProblem(err);
  return { outcome: status < 500 ? 'refused' : 'failed', reason: code };
};

export const createAuditor = (store: AuditStore, log: Log): Auditor => {
  const begin: Auditor['begin'] = (intent) => beginEntry(store, intent);

  const end: Auditor['end'] = async (id, what) => {
    try {
      await endEntry(store, id, what);
    } catch (err) {
      log.warn({ audit: id, ...what, reason: toError(err).message }, 'an outcome was not written');
    }
  };

  return {
    begin,
    end,
    record: async (intent, act, detailsOf = () => undefined) => {
      const id = await begin(intent);
      try {
        const result = await act();
        const details = detailsOf(result);
        await end(id, { outcome: 'done', ...(details && { details }) });
        return result;
      } catch (err) {
        await end(id, endOfFailure(toError(err)));
        throw err;
      }
    },
  };
};
