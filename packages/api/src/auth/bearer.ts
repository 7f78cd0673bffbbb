import type { Role } from '@drover/shared/config/api-keys';
import { CodedError } from '@drover/shared/errors';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Caller, type KeyRing, mayAct } from './key-ring.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The role that a caller needs; every route of the API names one. */
    role?: Role;
  }
}

/** The key of `Authorization: Bearer <key>`; the scheme's case does not matter (RFC 9110). */
const bearerKey = (request: FastifyRequest): string | undefined =>
  /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];

const authenticate = (request: FastifyRequest, keys: KeyRing): Caller => {
  if (keys.empty) {
    throw new Problem(
      'keys-missing',
      'This server has no API keys yet. Its operator must set API_KEYS.',
    );
  }
  const key = bearerKey(request);
  const caller = key === undefined ? undefined : keys.find(key);
  if (caller) return caller;
  throw new Problem(
    'unauthorized',
    key === undefined
      ? 'Send the header "Authorization: Bearer <key>".'
      : 'The API key is not known here.',
    { headers: { 'www-authenticate': 'Bearer realm="drover"' } },
  );
};

const callers = new WeakMap<FastifyRequest, Caller>();

/** Who made this request. Only for routes inside {@link requireKey}. */
export const callerOf = (request: FastifyRequest): Caller => {
  const caller = callers.get(request);
  if (!caller)
    throw new CodedError('route-unguarded', `${request.url} is served without a key check`);
  return caller;
};

/**
 * Guards every route of a scope: a request needs a known key with the route's role, checked before
 * its body is read. A route that names no role keeps the server from starting.
 */
export const requireKey = (scope: FastifyInstance, keys: KeyRing): void => {
  scope.addHook('onRoute', ({ method, url, config }) => {
    if (!config?.role) {
      throw new CodedError('route-without-role', `The route ${method} ${url} names no role`);
    }
  });
  scope.addHook('onRequest', async (request) => {
    const caller = authenticate(request, keys);
    const { role } = request.routeOptions.config;
    if (!role || !mayAct(caller, role)) {
      throw new Problem('forbidden', `This needs a key with the role "${role}".`);
    }
    callers.set(request, caller);
  });
};
