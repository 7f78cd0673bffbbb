import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Account, type Allowance, hasJustFailed, isFresh } from './account.ts';
import type { Throttle } from './throttle.ts';

const secondsUntil = (moment: number, now: number): number =>
  moment <= now ? 0 : Math.ceil((moment - now) / 1_000);

/** The policy is known without Redis; what is left of it may not be, while Redis is gone. */
const setHeaders = (reply: FastifyReply, account: Account, allowance?: Allowance): void => {
  const { tier, limit, windowMs } = account;
  reply.header('ratelimit-policy', `"${tier}";q=${limit};w=${windowMs / 1_000}`);
  reply.header('x-ratelimit-limit', limit);
  if (!allowance) return;
  const { remaining, nextAt, resetAt } = allowance;
  const now = performance.now();
  reply.header('ratelimit', `"${tier}";r=${remaining};t=${secondsUntil(nextAt, now)}`);
  reply.header('x-ratelimit-remaining', remaining);
  reply.header('x-ratelimit-reset', secondsUntil(resetAt, now));
};

/**
 * Tells on every answer to a known caller what its tenant may still submit: in the fields of
 * draft-ietf-httpapi-ratelimit-headers-11, and in the older ones that many clients know.
 *
 * - `t` is the number of seconds for which there is no more than `r`.
 * - `X-RateLimit-Reset` is the number of seconds until the whole limit is there again.
 *
 * Callers of a tier without a limit get none of them. Reads ask Redis once a second for each tenant,
 * and do not wait for a Redis that has just failed; errors of ours never ask it.
 */
export const tellAllowance = (scope: FastifyInstance, throttle: Throttle): void => {
  scope.addHook('onSend', (request, reply, _payload, done) => {
    const { caller } = request;
    const account = caller && throttle.accountOf(caller);
    if (!caller || !account) return done();
    const tell = (allowance?: Allowance) => {
      setHeaders(reply, account, allowance);
      done();
    };
    if (isFresh(account) || hasJustFailed(account) || reply.statusCode >= 500) {
      return tell(account.allowance);
    }
    const known = throttle.peek(caller).catch(() => account.allowance);
    known.then(tell).catch(done);
  });
};
