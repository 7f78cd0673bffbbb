import { auditFilter } from '@drover/jobs/audit/filter';
import { listAudit } from '@drover/jobs/audit/list';
import { type AuditEntry, defaultAuditPage, maxAuditPage } from '@drover/jobs/contract/audit';
import type { Queryable } from '@drover/shared/database/in-transaction';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor.ts';

export interface AuditParts {
  readonly queues: Pick<QueueSet, 'redis' | 'keys'>;
  readonly pool: Queryable;
}

/** The parameters of a page of the log. */
export const auditQuery = z.strictObject({
  ...auditFilter.shape,
  limit: z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number')
    .transform(Number)
    .refine((n) => n >= 1 && n <= maxAuditPage, `expected 1 to ${maxAuditPage}`)
    .prefault(String(defaultAuditPage)),
  cursor: z.string().max(300).optional(),
});

/** @throws Problem `invalid-parameters` for a cursor of another list. */
export const readAudit = async (
  { queues, pool }: AuditParts,
  { limit, cursor, ...filter }: z.output<typeof auditQuery>,
): Promise<{ items: AuditEntry[]; nextCursor: string | null; complete: boolean }> => {
  const before = cursor === undefined ? undefined : decodeCursor(cursor, filter);
  // One more than asked for tells whether there is another page.
  const range = { before, limit: limit + 1 };
  const found = await listAudit({ store: queues, db: pool }, filter, range);
  const items = found.entries.slice(0, limit);
  const last = items.at(-1);
  const hasMore = last !== undefined && found.entries.length > limit;
  return {
    items,
    nextCursor: hasMore ? encodeCursor(last.id, filter) : null,
    complete: found.isComplete,
  };
};
