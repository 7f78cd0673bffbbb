import type { Role } from '@drover/shared/config/api-keys';
import { CodedError } from '@drover/shared/errors';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseAuthorization } from './credentials.ts';
import { type Caller, type KeyRing, mayAct } from './key-ring.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The role that a caller needs; every route of the API names one. */
    role?: Role;
  }
  interface FastifyRequest {
    /** Who made this request, once its key is known. Handlers use {@link callerOf}. */
    caller: Caller | null;
  }
}

const isRead = (method: string) => method === 'GET' || method === 'HEAD';

/**
 * Whether a person waits at a browser that could ask for a key: it opens a page or an event stream.
 * Calls of scripts are not among them: no page of ours wants a password box to come up.
 */
const isBrowsing = ({ method, headers: { accept = '' } }: FastifyRequest): boolean =>
  isRead(method) && (accept.includes('text/html') || accept.includes('text/event-stream'));

const unauthorized = (request: FastifyRequest, detail: string): Problem =>
  new Problem('unauthorized', detail, {
    headers: {
      'www-authenticate': isBrowsing(request)
        ? 'Basic realm="drover", charset="UTF-8"'
        : 'Bearer realm="drover"',
    },
  });

const authenticate = (request: FastifyRequest, keys: KeyRing): Caller => {
  if (keys.empty) {
    throw new Problem(
      'keys-missing',
      'This server has no API keys yet. Its operator must set API_KEYS.',
    );
  }
  const credentials = parseAuthorization(request.headers.authorization);
  if (!credentials) {
    throw unauthorized(request, 'Send the header "Authorization: Bearer <key>".');
  }
  // Browsers send Basic credentials by themselves, for pages of other sites too: harmless where
  // nothing changes, and where the answer stays unreadable to those pages.
  if (credentials.scheme === 'basic' && !isRead(request.method)) {
    throw unauthorized(
      request,
      'Basic is for GET and HEAD only. Send the header "Authorization: Bearer <key>".',
    );
  }
  const caller = keys.find(credentials.key);
  if (!caller) throw unauthorized(request, 'The API key is not known here.');
  return caller;
};

/** Who made this request. Only for routes inside {@link requireKey}. */
export const callerOf = ({ caller, url }: FastifyRequest): Caller => {
  if (!caller) throw new CodedError('route-unguarded', `${url} is served without a key check`);
  return caller;
};

/**
 * Guards every route of a scope: a request needs a known key with the route's role, checked before
 * its body is read. A route that names no role keeps the server from starting.
 */
export const requireKey = (scope: FastifyInstance, keys: KeyRing): void => {
  scope.decorateRequest('caller', null);
  scope.addHook('onRoute', ({ method, url, config }) => {
    if (!config?.role) {
      throw new CodedError('route-without-role', `The route ${method} ${url} names no role`);
    }
  });
  scope.addHook('onRequest', (request, _reply, done) => {
    const caller = authenticate(request, keys);
    request.caller = caller;
    const { role } = request.routeOptions.config;
    if (!role || !mayAct(caller, role)) {
      throw new Problem('forbidden', `This needs a key with the role "${role}".`);
    }
    done();
  });
};
