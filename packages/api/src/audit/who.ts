import type { AuditEntry } from '@drover/jobs/contract/audit';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../auth/bearer.ts';
import { parseAuthorization } from '../auth/credentials.ts';
import { keyIdOf } from '../auth/key-ring.ts';

type Who = AuditEntry['who'];

/** Who makes a request at the admin pages, or over the API. Only inside the guard of either. */
export const whoMakes = (request: FastifyRequest): Who => {
  const { operator, ip: address, id: requestId } = request;
  if (operator) {
    const { tenant, keyId: key, user } = operator;
    return { tenant, key, user, address, requestId };
  }
  const key = parseAuthorization(request.headers.authorization)?.key ?? '';
  return { tenant: callerOf(request).tenant, key: keyIdOf(key), user: null, address, requestId };
};
