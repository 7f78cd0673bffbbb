import { Problem, type ProblemCode } from '@drover/shared/http/problem';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const mediaType = 'application/problem+json; charset=utf-8';

/** What Fastify's own errors mean to a client. */
const fastifyProblems: Record<string, [code: ProblemCode, detail: string]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported-media-type',
    'Send "Content-Type: application/json".',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed-json', 'The body is empty.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['malformed-json', 'The body is not well-formed JSON.'],
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'payload-too-large',
    'A body may have 1 MiB at most. Put files behind a URL or into an artifact.',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'bad-request',
    'The body is not as long as Content-Length says.',
  ],
  FST_ERR_BAD_URL: ['bad-request', 'The URL is not well-formed.'],
  FST_ERR_MAX_PARAM_LENGTH: ['not-found', 'There is nothing at this address.'],
};

const storeUnavailable = (cause: unknown) =>
  new Problem('store-unavailable', 'The job store does not answer now. Try again.', {
    headers: { 'retry-after': '1' },
    cause,
  });

/** The problem that an error is to the client. What it does not know stays a secret of the log. */
export const toProblem = (err: Error & Partial<FastifyError>): Problem => {
  if (err instanceof Problem) return err;
  const known = fastifyProblems[err.code ?? ''];
  if (known) return new Problem(known[0], known[1], { cause: err });
  if (isRedisUnavailable(err)) return storeUnavailable(err);
  if (err instanceof SyntaxError && err.statusCode === 400) {
    return new Problem('malformed-json', 'The body is not well-formed JSON.', { cause: err });
  }
  const status = err.statusCode ?? 500;
  if (status >= 400 && status < 500)
    return new Problem('bad-request', 'The request cannot be understood.');
  return new Problem('internal', 'The error was logged under this request id.', { cause: err });
};

/** Answers a request with a problem document. */
export const sendProblem = (problem: Problem, request: FastifyRequest, reply: FastifyReply) => {
  if (problem.code === 'internal') request.log.error({ err: problem.cause }, 'request failed');
  return reply
    .code(problem.status)
    .headers({ 'cache-control': 'no-store', ...problem.headers })
    .type(mediaType)
    .send(JSON.stringify(problem.toBody(request.url.split('?')[0] ?? '')));
};

/** Makes every error of every route an RFC 9457 problem document. */
export const answerWithProblems = (app: FastifyInstance): void => {
  app.setErrorHandler<FastifyError>((err, request, reply) =>
    sendProblem(toProblem(err), request, reply),
  );
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      new Problem('not-found', `There is no ${request.method} at this address.`),
      request,
      reply,
    ),
  );
};

/** For Fastify's `frameworkErrors`: requests that reach no route, such as broken URLs. */
export const frameworkError = (
  err: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void => {
  void sendProblem(toProblem(err), request, reply);
};
