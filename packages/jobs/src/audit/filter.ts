import { z } from 'zod';
import type { AuditEntry } from '../contract/audit.ts';

const text = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'expected printable characters');
const instant = z.iso.datetime({ offset: true }).transform((at) => Date.parse(at));

/** Which entries are meant; all of what is given must be true of one. */
export const auditFilter = z.strictObject({
  action: text.optional().describe('What was to be done'),
  target: text.optional().describe('To what'),
  tenant: text.optional().describe('The tenant of the key that was used'),
  user: text.optional().describe('The name that was given at the page'),
  since: instant.optional().describe('Then or later'),
  until: instant.optional().describe('Before then'),
});

/** Instants are milliseconds since 1970. */
export type AuditFilter = z.output<typeof auditFilter>;

/** Whether an entry that is not in Postgres yet is meant. */
export const isMeant = (entry: AuditEntry, filter: AuditFilter): boolean => {
  const at = Date.parse(entry.at);
  return (
    (filter.action === undefined || entry.action === filter.action) &&
    (filter.target === undefined || entry.target === filter.target) &&
    (filter.tenant === undefined || entry.who.tenant === filter.tenant) &&
    (filter.user === undefined || entry.who.user === filter.user) &&
    (filter.since === undefined || at >= filter.since) &&
    (filter.until === undefined || at < filter.until)
  );
};
