import type { Answer } from '../../../e2e/faults/client/http.ts';

/** How long a client waits for an answer, in milliseconds. */
const patienceMs = 20_000;

interface Failure extends Error {
  readonly cause?: { readonly code?: string };
}

/** What an API said, or why it said nothing: the code of the connection's error, or `TimeoutError`. */
export const ask = async (
  url: string,
  { body, key }: { body: unknown; key: string | undefined },
): Promise<{ answer?: Answer; failure?: string }> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: 'Bearer dev',
        'content-type': 'application/json',
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patienceMs),
    });
    const { status, headers } = response;
    return { answer: { status, headers, body: await response.json() } };
  } catch (err) {
    const { name, cause } = err as Failure;
    return { failure: cause?.code ?? name };
  }
};
