import { PermanentError } from '@drover/jobs/definition/errors';
import { type Dispatcher, fetch, type Headers, type Response } from 'undici';
import type { Circuits } from './circuits.ts';
import { fetchFailure } from './fetch-failure.ts';
import { type Hop, maxRedirects, redirected } from './redirect.ts';

export interface WebAnswer {
  status: number;
  /** Where the answer came from, after all redirects. */
  url: string;
  headers: Headers;
  /** Decompressed. Must be read to its end or left by a `break`; its errors are worth a retry. */
  body: AsyncIterable<Uint8Array>;
}

export interface WebOptions {
  tenant: string;
  /** The job's key: while its host is down, it is postponed rather than failed. */
  key: string | undefined;
  signal: AbortSignal;
  /** Redirects that are followed, 5 at most. */
  redirects?: number;
  /** Code of the error of an address that jobs may not reach. */
  refused: string;
}

/** Requests to the web: through the egress guard, hop by hop, with a circuit for each host. */
export interface WebClient {
  /** @throws PermanentError for addresses and redirects that are refused; else what a retry may mend. */
  send(hop: Hop, options: WebOptions): Promise<WebAnswer>;
}

const userAgent = 'Drover';

/** A connection that breaks in the middle of a body says so as clearly as one that is never made. */
const readable = async function* (response: Response, what: string, refused: string) {
  try {
    if (response.body) yield* response.body as AsyncIterable<Uint8Array>;
  } catch (err) {
    throw fetchFailure(err, what, refused);
  }
};

/** @param egress see `createEgressAgent`: it judges the address of every hop. */
export const createWebClient = (egress: Dispatcher, circuits: Circuits): WebClient => {
  const request = async (hop: Hop, { signal, refused }: WebOptions): Promise<Response> => {
    try {
      return await fetch(hop.url, {
        method: hop.method,
        headers: { 'user-agent': userAgent, ...hop.headers },
        ...(hop.body !== undefined && { body: hop.body }),
        redirect: 'manual',
        dispatcher: egress,
        signal,
      });
    } catch (err) {
      throw fetchFailure(err, new URL(hop.url).host, refused);
    }
  };

  return {
    send: async (first, options) => {
      const { tenant, key, refused, redirects = maxRedirects } = options;
      let hop = first;
      for (let followed = 0; ; followed += 1) {
        const { url } = hop;
        const owner = { tenant, key, origin: new URL(url).origin };
        const response = await circuits.ask(owner, () => request(hop, options));
        const { status, headers } = response;
        const next =
          redirects > 0 && redirected(hop, { status, location: headers.get('location') });
        if (!next) {
          return { status, url, headers, body: readable(response, new URL(url).host, refused) };
        }
        await response.body?.cancel();
        if (followed === redirects) {
          throw new PermanentError(`more than ${redirects} redirects`, {
            code: 'too-many-redirects',
          });
        }
        hop = next;
      }
    },
  };
};
