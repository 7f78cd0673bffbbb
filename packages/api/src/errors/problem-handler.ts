import { Problem } from '@drover/shared/http/problem';
import type { ProblemCode } from '@drover/shared/http/problem-types';
import { isRedisUnavailable } from '@drover/shared/redis/unavailable';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AllowedMethods } from '../http/allowed-methods.ts';
import { labelAnswer } from '../http/answer-headers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The problem that it was answered with, if it was one. */
    problemCode: string | null;
  }
}

export const problemMediaType = 'application/problem+json; charset=utf-8';

/** What Fastify's own errors mean to a client. */
const fastifyProblems: Record<string, [code: ProblemCode, detail: string]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported-media-type',
    'Send "Content-Type: application/json".',
  ],
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
  const status = err.statusCode ?? 500;
  if (status >= 400 && status < 500)
    return new Problem('bad-request', 'The request cannot be understood.');
  return new Problem('internal', 'The error was logged under this request id.', { cause: err });
};

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '';

/** Answers a request with a problem document. */
export const sendProblem = (problem: Problem, request: FastifyRequest, reply: FastifyReply) => {
  if (problem.code === 'internal') {
    request.log.error({ requestId: request.id, err: problem.cause }, 'request failed');
  }
  request.problemCode = problem.code;
  return reply
    .code(problem.status)
    .headers({ 'cache-control': 'no-store', ...problem.headers })
    .type(problemMediaType)
    .send(JSON.stringify(problem.toBody(pathOf(request))));
};

/** A path that no route has, or one whose routes do not take the method. */
const strayProblem = (request: FastifyRequest, allowedMethods: AllowedMethods): Problem => {
  const allowed = allowedMethods(pathOf(request));
  if (allowed.length === 0) return new Problem('not-found', 'There is nothing at this address.');
  const allow = allowed.join(', ');
  return new Problem('method-not-allowed', `This address takes ${allow}.`, { headers: { allow } });
};

/** Makes every error of every route an RFC 9457 problem document. */
export const answerWithProblems = (app: FastifyInstance, allowedMethods: AllowedMethods): void => {
  app.decorateRequest('problemCode', null);
  app.setErrorHandler<FastifyError>((err, request, reply) =>
    sendProblem(toProblem(err), request, reply),
  );
  app.setNotFoundHandler((request, reply) =>
    sendProblem(strayProblem(request, allowedMethods), request, reply),
  );
};

/** For Fastify's `frameworkErrors`: requests that reach no route and no hook, such as broken URLs. */
export const frameworkError = (
  err: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void => {
  labelAnswer(request, reply);
  void sendProblem(toProblem(err), request, reply);
};
