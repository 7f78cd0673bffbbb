import { CodedError } from '@drover/shared/errors';
import { z } from 'zod';
import type { JobContext } from './definition/context.ts';
import { defineJob } from './definition/define-job.ts';
import { PermanentError } from './definition/errors.ts';
import type { HttpAnswer } from './definition/services.ts';
import { artifact } from './fields/artifact.ts';
import { httpUrl } from './fields/http-url.ts';
import { source } from './fields/source.ts';
import { expectation, faultOf, statusesOf, takesStatus } from './http/expectation.ts';
import { inLowerCase, requestHeaders } from './http/request-headers.ts';
import { dropBody, inlineBytes, readBody } from './http/response-body.ts';
import { isTransient, postponed, retryAfterMs } from './http/retry-after.ts';

/** Longest chain of redirects that is followed. */
const maxRedirects = 5;

const safe = ['GET', 'HEAD', 'OPTIONS'];

const payload = z
  .strictObject({
    method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']),
    url: httpUrl,
    headers: requestHeaders.optional(),
    // Not z.json(): walking a large value with it takes seconds, and what came as JSON is JSON.
    body: z.unknown().optional().describe('Text is sent as it is, anything else as JSON'),
    bodyFrom: source.optional().describe('A file as the body, instead of `body`'),
    expect: expectation.prefault({}),
    followRedirects: z.boolean().default(true).describe('Up to 5'),
    idempotencyKey: z
      .boolean()
      .default(true)
      .describe(
        'Send `Idempotency-Key`, the same over all attempts, with methods that change things',
      ),
  })
  .superRefine(({ method, body, bodyFrom }, context) => {
    if (body === undefined && bodyFrom === undefined) return;
    const path = [body === undefined ? 'bodyFrom' : 'body'];
    if (safe.includes(method)) {
      context.addIssue({ code: 'custom', path, message: `${method} takes no body` });
    } else if (body !== undefined && bodyFrom !== undefined) {
      context.addIssue({ code: 'custom', path, message: 'expected body or bodyFrom, not both' });
    }
  });

type Payload = z.output<typeof payload>;
type Context = JobContext<Payload>;

/** The body to send, and the media type that it has unless the submission says otherwise. */
const bodyToSend = async ({
  payload: { body, bodyFrom },
  services,
  tenant,
  key,
  signal,
}: Context) => {
  if (bodyFrom) {
    const content = await services.sources.read(bodyFrom, { tenant, key, signal });
    return { content, mediaType: 'application/octet-stream' };
  }
  if (body === undefined) return undefined;
  return typeof body === 'string'
    ? { content: body, mediaType: 'text/plain; charset=utf-8' }
    : { content: JSON.stringify(body), mediaType: 'application/json' };
};

const send = async (context: Context): Promise<HttpAnswer> => {
  const { payload, services, tenant, key, signal, trace } = context;
  const body = await bodyToSend(context);
  const isKeyed = payload.idempotencyKey && !safe.includes(payload.method);
  return services.http.send(
    {
      method: payload.method,
      url: payload.url,
      headers: {
        ...(body && { 'content-type': body.mediaType }),
        ...(isKeyed && { 'idempotency-key': key }),
        ...inLowerCase(payload.headers ?? {}),
      },
      body: body?.content,
      redirects: payload.followRedirects ? maxRedirects : 0,
    },
    { tenant, key, signal, trace },
  );
};

/** The error of a status that is not taken. What the server says of it is kept as an artifact. */
const unexpectedStatus = async (
  answer: HttpAnswer,
  { payload: { expect }, artifacts, key }: Context,
): Promise<Error> => {
  const what = `${new URL(answer.url).host} answered ${answer.status}`;
  if (isTransient(answer.status)) {
    await dropBody(answer);
    const wait = retryAfterMs(answer.headers['retry-after']);
    return wait === undefined
      ? new CodedError('unexpected-status', what)
      : postponed(key, wait, what);
  }
  const { shown } = await readBody(answer, { artifacts, name: 'refusal', inline: 0 });
  const where =
    shown.bodyType === 'artifact' ? `; its body is the artifact ${shown.artifact.name}` : '';
  return new PermanentError(`${what}, expected ${statusesOf(expect)}${where}`, {
    code: 'unexpected-status',
  });
};

export const httpRequest = defineJob({
  type: 'http.request',
  queue: 'http',
  summary: 'Send an HTTP request, and check the answer.',
  payload,
  result: z.strictObject({
    status: z.int(),
    url: z.string().describe('Where the answer came from, after all redirects'),
    headers: z.record(z.string(), z.string()).describe('Names in lower case; without `set-cookie`'),
    bodyType: z.enum(['none', 'json', 'text', 'base64', 'artifact']).describe('What `body` is'),
    body: z.unknown().optional().describe('Up to 128 KiB'),
    artifact: artifact.optional().describe('A larger body'),
  }),
  retry: { attempts: 5, backoff: { delay: '2s', max: '10m', jitter: 0.5 } },
  timeout: '1m',
  run: async (context) => {
    const { payload, artifacts } = context;
    const answer = await send(context);
    if (!takesStatus(payload.expect, answer.status)) throw await unexpectedStatus(answer, context);
    const body = await readBody(answer, { artifacts, name: 'body', inline: inlineBytes });
    const fault = faultOf(payload.expect, body);
    // Another attempt may find another body.
    if (fault) throw new CodedError('unexpected-body', fault);
    const { status, url, headers } = answer;
    return { status, url, headers, ...body.shown };
  },
});
