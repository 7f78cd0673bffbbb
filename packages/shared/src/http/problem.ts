import { CodedError } from '../errors.ts';

/** One thing wrong with a request body, at a JSON Pointer (RFC 6901) into it. */
export interface FieldError {
  pointer: string;
  message: string;
}

/** Every problem that the HTTP API answers with: its status and its title, by code. */
export const problemTypes = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'bad-request': { status: 400, title: 'The request cannot be understood' },
  unauthorized: { status: 401, title: 'A valid API key is required' },
  forbidden: { status: 403, title: 'The API key may not do this' },
  'cross-site': { status: 403, title: 'Writes from other sites are refused' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'job-not-found': { status: 404, title: 'There is no such job' },
  'job-type-not-found': { status: 404, title: 'There is no such job type' },
  'artifact-not-found': { status: 404, title: 'There is no such artifact' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  'range-not-satisfiable': { status: 416, title: 'The range lies outside the file' },
  'invalid-submission': { status: 422, title: 'The submission is not valid' },
  'unknown-job-type': { status: 422, title: 'There is no such job type' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  'keys-missing': { status: 503, title: 'This server has no API keys' },
  'store-unavailable': { status: 503, title: 'The job store cannot be reached' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problemTypes;

/** An answer that is an error, as RFC 9457 `application/problem+json`. */
export class Problem extends CodedError {
  readonly status: number;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[] | undefined;

  constructor(
    code: ProblemCode,
    detail: string,
    more: {
      headers?: Record<string, string>;
      errors?: readonly FieldError[];
      cause?: unknown;
    } = {},
  ) {
    super(code, detail, { cause: more.cause });
    this.name = 'Problem';
    this.status = problemTypes[code].status;
    this.title = problemTypes[code].title;
    this.headers = more.headers ?? {};
    this.errors = more.errors;
  }

  /** The response body; `instance` is the path of the request. */
  toBody(instance: string): Record<string, unknown> {
    return {
      type: `/problems/${this.code}`,
      title: this.title,
      status: this.status,
      detail: this.message,
      instance,
      ...(this.errors && { errors: this.errors }),
    };
  }
}
