import type { FastifyInstance } from 'fastify';
import { parseQuery } from '../http/query.ts';
import { readAuditLog } from '../openapi/operations/audit.ts';
import { type AuditParts, auditQuery, readAudit } from './read.ts';

/** `GET /audit`: what operators did, of all tenants. */
export const auditRoutes = (scope: FastifyInstance, parts: AuditParts): void => {
  scope.get('/audit', { config: { role: 'admin', operation: readAuditLog } }, (request) =>
    readAudit(parts, parseQuery(auditQuery, request.query)),
  );
};
