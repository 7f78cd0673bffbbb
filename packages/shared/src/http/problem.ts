import { CodedError } from '../errors.ts';
import { type ProblemCode, problemTypes } from './problem-types.ts';

/** One thing wrong with a request body, at a JSON Pointer (RFC 6901) into it. */
export interface FieldError {
  pointer: string;
  message: string;
}

/** A problem document (RFC 9457), as it is sent. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  errors?: FieldError[];
}

/** Longest text of a problem document, in characters: requests are quoted in them. */
const maxTextLength = 500;

const shortened = (text: string): string =>
  text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength - 1)}…`;

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

  /** The response body; `instance` is the path of the request. Long texts are cut. */
  toBody(instance: string): ProblemBody {
    return {
      type: `/problems/${this.code}`,
      title: this.title,
      status: this.status,
      detail: shortened(this.message),
      instance: shortened(instance),
      ...(this.errors && {
        errors: this.errors.map(({ pointer, message }) => ({
          pointer,
          message: shortened(message),
        })),
      }),
    };
  }
}
