/** What an API said; undefined where it said nothing, or not in time. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** How long the client waits for an answer, in milliseconds. */
const answerMs = 5_000;

export type Send = (
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  options?: { body?: unknown; key?: string | undefined },
) => Promise<Answer | undefined>;

/** One request with the development key. */
export const send: Send = async (method, url, { body, key } = {}) => {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: 'Bearer dev',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerMs),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  } catch {
    return undefined;
  }
};

/** Pause after a request without an answer, in milliseconds. */
const defaultPauseMs = 500;

/** Milliseconds to wait before a request is sent again: what the server asks for, else a little. */
export const pauseMs = (answer: Answer | undefined): number => {
  const seconds = Number(answer?.headers.get('retry-after'));
  return seconds > 0 ? seconds * 1_000 : defaultPauseMs;
};

/** Whether trying again may help: no answer, or one that says so. */
export const isPassing = (answer: Answer | undefined): boolean =>
  answer === undefined || answer.status === 503;
