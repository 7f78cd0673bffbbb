import { PermanentError } from '@drover/jobs/definition/errors';
import { signedHeaders } from '@drover/jobs/webhooks/sign';
import { toError } from '@drover/shared/errors';
import { type TraceContext, traceHeaders } from '@drover/shared/tracing/trace-context';
import { isTlsFailure } from '../http/fetch-failure.ts';
import type { WebAnswer, WebClient } from '../http/web-client.ts';

/** How long a request may take, to the end of the answer, in milliseconds. */
const requestTimeoutMs = 15_000;

/** As much of an answer's body is kept, and so much is read before the connection is given up, in bytes. */
const keptBytes = 1_024;
const readBytes = 65_536;

/** A message for an endpoint. */
export interface Message {
  url: string;
  webhookId: string;
  body: string;
  secrets: readonly string[];
}

/** What became of a request. */
export interface Posted {
  /** When it began, in milliseconds since 1970, and how long it took. */
  at: number;
  durationMs: number;
  /** Undefined: there was no answer. */
  status: number | undefined;
  /** Of an answer. */
  retryAfter: string | undefined;
  /** The beginning of the answer's body, as text. */
  answer: string | undefined;
  /** Why there was no answer; a PermanentError is final. */
  error: { code: string; message: string; isFinal: boolean } | undefined;
}

export interface PostOptions {
  tenant: string;
  signal: AbortSignal;
  /** Told to the receiver. */
  trace?: TraceContext | undefined;
  timeoutMs?: number;
}

/** The beginning of a body; what follows is of no use, and neither is it that the body breaks off. */
const beginningOf = async ({ body }: WebAnswer): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      if (size < keptBytes) chunks.push(chunk);
      size += chunk.byteLength;
      if (size > readBytes) break;
    }
  } catch {
    // The head of the answer has said all that counts.
  }
  return Buffer.concat(chunks).subarray(0, keptBytes).toString().toWellFormed();
};

const noAnswer = (err: Error, host: string, timeout: AbortSignal): NonNullable<Posted['error']> => {
  if (timeout.aborted) {
    return { code: 'timeout', message: `${host} did not answer in time`, isFinal: false };
  }
  const { message } = err;
  if (err instanceof PermanentError) return { code: err.code, message, isFinal: true };
  return { code: isTlsFailure(err) ? 'tls-refused' : 'unreachable', message, isFinal: false };
};

/**
 * Posts a signed message. Redirects are not followed.
 * @throws the reason of the signal when it aborts; else nothing.
 */
export const post = async (
  web: WebClient,
  { url, webhookId, body, secrets }: Message,
  { tenant, signal, trace, timeoutMs = requestTimeoutMs }: PostOptions,
): Promise<Posted> => {
  const at = Date.now();
  const timeout = AbortSignal.timeout(timeoutMs);
  const message = { id: webhookId, timestamp: Math.floor(at / 1_000), body };
  const headers = {
    'content-type': 'application/json',
    ...traceHeaders(trace),
    ...signedHeaders(message, secrets),
  };
  const posted = (of: Partial<Posted>): Posted => ({
    at,
    durationMs: Date.now() - at,
    status: undefined,
    retryAfter: undefined,
    answer: undefined,
    error: undefined,
    ...of,
  });
  try {
    const answer = await web.send(
      { method: 'POST', url, headers, body },
      {
        tenant,
        key: undefined,
        signal: AbortSignal.any([signal, timeout]),
        redirects: 0,
        refused: 'egress-refused',
      },
    );
    const beginning = await beginningOf(answer);
    const retryAfter = answer.headers.get('retry-after') ?? undefined;
    return posted({ status: answer.status, retryAfter, answer: beginning });
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    return posted({ error: noAnswer(toError(thrown), new URL(url).host, timeout) });
  }
};
