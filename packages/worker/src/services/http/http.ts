import type { Http } from '@drover/jobs/definition/services';
import { traceHeaders } from '@drover/shared/tracing/trace-context';
import type { Headers } from 'undici';
import { limited } from './size-limit.ts';
import type { WebClient } from './web-client.ts';

/**
 * Cookies are credentials, and a result is kept for days, and shown. The others are of the connection,
 * not of the answer.
 */
const unshown = ['set-cookie', 'connection', 'keep-alive', 'transfer-encoding'];

const toRecord = (headers: Headers): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => !unshown.includes(name)));

/** @param options.maxBytes largest body of an answer. */
export const createHttp = (options: { web: WebClient; maxBytes: number }): Http => ({
  send: async ({ method, url, headers, body, redirects }, { tenant, key, signal, trace }) => {
    const refused = 'egress-refused';
    const answer = await options.web.send(
      { method, url, headers: { ...traceHeaders(trace), ...headers }, body },
      { tenant, key, signal, redirects, refused },
    );
    return {
      status: answer.status,
      url: answer.url,
      headers: toRecord(answer.headers),
      body: limited(answer.body, {
        maxBytes: options.maxBytes,
        what: 'the response',
        code: 'response-too-large',
      }),
    };
  },
});
