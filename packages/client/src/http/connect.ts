import { defaultRetries, defaultRetryPolicy, type RetryNotice } from './retrying.ts';
import { createTransport, type Transport } from './transport.ts';

/** Where the server is, and how to talk to it. */
export interface ServerOptions {
  /** Of the API, `http://localhost:3000`; with a path when a proxy serves it under one. */
  url: string | URL;
  key: string;
  /** Default: the platform's. */
  fetch?: typeof fetch | undefined;
  /** Sent as `User-Agent`; default: the platform's own. */
  userAgent?: string | undefined;
  /** How long one try of a call may take, beyond the time that it asks the server to wait; default 30 000. */
  timeoutMs?: number | undefined;
  /** How often a call is made again after a passing fault; default 4. */
  retries?: number | undefined;
  /** Called when a call is about to be made again. */
  onRetry?: ((notice: RetryNotice) => void) | undefined;
}

const defaultTimeoutMs = 30_000;

/** With a slash at its end, so that paths are taken to be below it. */
const baseOf = (url: string | URL): URL => {
  const base = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (base === undefined || !/^https?:$/.test(base.protocol)) {
    throw new TypeError(`url: expected the http or https address of a Drover API, not "${url}".`);
  }
  base.search = '';
  base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
};

const bearer = (key: string): string => {
  if (/^[\x21-\x7e]+$/.test(key)) return `Bearer ${key}`;
  throw new TypeError('key: expected an API key: printable ASCII without spaces.');
};

const atLeast = (name: string, least: number, value: number): number => {
  if (value >= least) return value;
  throw new TypeError(`${name}: expected ${least} or more, not ${value}.`);
};

/** @throws TypeError that names the option that is wrong. */
export const connect = (options: ServerOptions): Transport => {
  const { url, key, userAgent, timeoutMs = defaultTimeoutMs, retries = defaultRetries } = options;
  return createTransport({
    base: baseOf(url),
    headers: {
      authorization: bearer(key),
      ...(userAgent !== undefined && { 'user-agent': userAgent }),
    },
    fetch: options.fetch ?? globalThis.fetch,
    timeoutMs: atLeast('timeoutMs', 1, timeoutMs),
    retryPolicy: {
      ...defaultRetryPolicy,
      retries: atLeast('retries', 0, retries),
      onRetry: options.onRetry,
    },
  });
};
