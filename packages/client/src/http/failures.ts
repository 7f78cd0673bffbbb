import { DroverError, type ProblemDocument, problemCode } from '../error.ts';
import { parseRetryAfter } from './retry-after.ts';

/** `2.5 s`, for messages. */
export const seconds = (ms: number): string => `${ms / 1_000} s`;

export const timedOut = (origin: string, ms: number): DroverError =>
  new DroverError('timed-out', `${origin} gave no whole answer within ${seconds(ms)}.`);

/** The reason of a failed `fetch`: Node and Bun name it by a code, browsers do not tell. */
const reasonOf = (err: unknown): string => {
  const { cause, message } = err as { cause?: { code?: unknown }; message?: unknown };
  const code = cause?.code ?? (err as { code?: unknown }).code;
  return String(typeof code === 'string' ? code : message);
};

export const networkError = (origin: string, err: unknown): DroverError =>
  new DroverError('network-error', `${origin} cannot be reached: ${reasonOf(err)}.`, {
    cause: err,
  });

export const invalidAnswer = (origin: string, response: Response, cause?: unknown): DroverError =>
  new DroverError(
    'invalid-answer',
    `The answer of ${origin} cannot be understood. Is that the address of a Drover API?`,
    { status: response.status, requestId: requestIdOf(response), cause },
  );

const requestIdOf = (response: Response) => response.headers.get('x-request-id') ?? undefined;

const isProblem = (body: unknown): body is ProblemDocument =>
  typeof body === 'object' &&
  body !== null &&
  'type' in body &&
  typeof body.type === 'string' &&
  'detail' in body &&
  typeof body.detail === 'string';

/** The problem document of an answer; undefined when it has none, or not a whole one. */
const readProblem = async (response: Response): Promise<ProblemDocument | undefined> => {
  const mediaType = response.headers.get('content-type') ?? '';
  if (!mediaType.startsWith('application/problem+json')) {
    await response.body?.cancel();
    return undefined;
  }
  const body: unknown = await response.json();
  return isProblem(body) ? body : undefined;
};

/** The problem as an error; `details` are what else the answer said. */
export const problemError = (
  problem: ProblemDocument,
  details: { retryAfterMs?: number | undefined; requestId?: string | undefined } = {},
): DroverError =>
  new DroverError(problemCode(problem), problem.detail, {
    ...details,
    status: problem.status,
    problem,
  });

/** The error that an answer with a status of 4xx or 5xx is. */
export const answeredError = async (origin: string, response: Response): Promise<DroverError> => {
  const details = {
    retryAfterMs: parseRetryAfter(response.headers.get('retry-after')),
    requestId: requestIdOf(response),
  };
  const problem = await readProblem(response);
  if (problem) return problemError(problem, details);
  const text = `${origin} answered ${response.status} ${response.statusText}`.trimEnd();
  return new DroverError('http-error', `${text}.`, { ...details, status: response.status });
};
