import { createHmac } from 'node:crypto';
import { Problem } from '@drover/shared/http/problem';
import basicAuth from '@fastify/basic-auth';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../errors/problem-handler.ts';
import { type KeyRing, keyIdOf, mayAct } from './key-ring.ts';

/** A person at the admin pages, and what their key can be used for without being known. */
export interface Operator {
  /** As they signed in. Anybody may say any name: the key is what counts. */
  readonly user: string;
  readonly tenant: string;
  /** The first digits of the SHA-256 of their key, which tell the keys of API_KEYS apart. */
  readonly keyId: string;
  /** A keyed digest of a text, the same in every process that knows the key, and to nobody else. */
  seal(text: string): string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in at the admin pages; null elsewhere. */
    operator: Operator | null;
  }
}

/** Longest user name that is kept, in characters. */
const maxUserLength = 100;

const isRead = (method: string) => method === 'GET' || method === 'HEAD';

/**
 * Whether another site made the browser send this. Browsers state it in Sec-Fetch-Site; older ones
 * send an Origin, which then must be ours. Programs send neither and carry no ambient credentials.
 */
const isCrossSite = (request: FastifyRequest): boolean => {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin } = request.headers;
  return origin !== undefined && URL.parse(origin)?.host !== request.headers.host;
};

const isSignedIn = (scope: FastifyInstance, request: FastifyRequest, reply: FastifyReply) =>
  new Promise<boolean>((resolve) => {
    scope.basicAuth(request, reply, (err?: Error) => resolve(err === undefined));
  });

const refusalOf = async (
  scope: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Problem | undefined> => {
  if (!(await isSignedIn(scope, request, reply))) {
    return new Problem('unauthorized', 'Sign in with any user name and an admin key as password.');
  }
  if (!isRead(request.method) && isCrossSite(request)) {
    return new Problem('cross-site', 'This page takes writes from its own site only.');
  }
  return undefined;
};

/**
 * Guards pages for people: HTTP Basic with any user name and an admin key as the password. The
 * browser sends these credentials by itself, so writes that another site started are refused.
 */
export const requireAdmin = async (scope: FastifyInstance, keys: KeyRing): Promise<void> => {
  scope.decorateRequest('operator', null);
  await scope.register(basicAuth, {
    authenticate: { realm: 'Drover: any user name, an admin key as password' },
    validate: async (user, password, request) => {
      const caller = keys.find(password);
      if (!caller || !mayAct(caller, 'admin')) throw new Error('not an admin key');
      request.operator = {
        user: user.slice(0, maxUserLength),
        tenant: caller.tenant,
        keyId: keyIdOf(password),
        seal: (text) => createHmac('sha256', password).update(text).digest('base64url'),
      };
    },
  });
  scope.addHook('onRequest', async (request, reply) => {
    const refusal = await refusalOf(scope, request, reply);
    // Answered here and not thrown: pages such as bull-board bring an error handler of their own.
    if (refusal) return sendProblem(refusal, request, reply);
    reply.header('x-frame-options', 'DENY').header('referrer-policy', 'no-referrer');
    return undefined;
  });
};
