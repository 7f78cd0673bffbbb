import { z } from 'zod';

export const auditOutcomes = ['done', 'refused', 'failed'] as const;

/** What became of a write: `refused` for the caller's fault, `failed` for ours. */
export const auditOutcome = z.enum(auditOutcomes);

/** Where a write came from. */
export const auditOrigins = ['page', 'board', 'api'] as const;
export const auditOrigin = z.enum(auditOrigins);

/** An entry of the audit log. */
export const auditEntry = z
  .strictObject({
    id: z.string().describe('Unique; later entries have larger ones'),
    at: z.iso.datetime().describe('By the clock of Redis'),
    who: z.strictObject({
      tenant: z.string().describe('The tenant of the key'),
      key: z.string().describe('The first digits of the SHA-256 of the key, as in API_KEYS'),
      user: z.string().nullable().describe('The name given at the page; anybody may give any'),
      address: z.string().describe('The address that the request came from'),
      requestId: z.string(),
    }),
    origin: auditOrigin.describe('`page` is /admin, `board` is /admin/queues, `api` the HTTP API'),
    action: z.string().describe('What was to be done: `queue.pause`, or the id of an operation'),
    target: z.string().nullable().describe('To what: the name or id of it'),
    details: z.record(z.string(), z.json()).describe('What was asked, and what it changed'),
    outcome: auditOutcome
      .nullable()
      .describe('`null` while it goes on, and for ever when the process died meanwhile'),
    reason: z.string().nullable().describe('The code of the problem when it was not done'),
  })
  .meta({ id: 'AuditEntry' });

/** Most entries of one page, and how many there are when nothing is said. */
export const maxAuditPage = 200;
export const defaultAuditPage = 50;

export const auditPage = z
  .strictObject({
    items: z.array(auditEntry),
    nextCursor: z
      .string()
      .nullable()
      .describe('`cursor` of the next page; null when this was the last'),
    complete: z
      .boolean()
      .describe('False: Postgres cannot be reached, and only the latest entries are here'),
  })
  .meta({ id: 'AuditPage' });

export type AuditEntry = z.output<typeof auditEntry>;
export type AuditOutcome = z.output<typeof auditOutcome>;
export type AuditOrigin = z.output<typeof auditOrigin>;
export type AuditDetails = AuditEntry['details'];
