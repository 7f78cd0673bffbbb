import { PermanentError } from '@drover/jobs/definition/errors';

/** One request on the way to an answer. Header names are in lower case. */
export interface Hop {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array | undefined;
}

/** Longest chain of redirects that is followed. */
export const maxRedirects = 5;

const redirects = [301, 302, 303, 307, 308];

/** What another origin may see. All else may be a secret: those come in headers of any name. */
const harmless = ['accept', 'accept-language', 'content-type', 'idempotency-key', 'user-agent'];

/** What tells of a body, and goes with it. */
const ofBody = /^content-/;

const pick = (headers: Hop['headers'], keep: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => keep(name)));

const becomesGet = (status: number, method: string) =>
  ((status === 301 || status === 302) && method === 'POST') ||
  (status === 303 && method !== 'GET' && method !== 'HEAD');

const targetOf = (location: string, base: string): URL => {
  const target = URL.parse(location, base);
  if (target?.protocol === 'http:' || target?.protocol === 'https:') return target;
  throw new PermanentError('a redirect leads to what is no http or https address', {
    code: 'redirect-refused',
  });
};

/**
 * The request that an answer redirects to, its method rewritten as `fetch` does it; undefined when the
 * answer is no redirect. Headers are lost on the way to another origin, but for harmless ones.
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export const redirected = (
  hop: Hop,
  { status, location }: { status: number; location: string | null },
): Hop | undefined => {
  if (location === null || !redirects.includes(status)) return undefined;
  const target = targetOf(location, hop.url);
  const isGet = becomesGet(status, hop.method);
  const sameOrigin = target.origin === new URL(hop.url).origin;
  return {
    method: isGet ? 'GET' : hop.method,
    url: target.href,
    headers: pick(
      hop.headers,
      (name) => (sameOrigin || harmless.includes(name)) && !(isGet && ofBody.test(name)),
    ),
    body: isGet ? undefined : hop.body,
  };
};
