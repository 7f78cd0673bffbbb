import { PermanentError, RetryLater } from '@drover/jobs/definition/errors';
import { CodedError } from '@drover/shared/errors';

/** What a handler threw, as plain data that nothing can go wrong with. */
export interface Thrown {
  kind: 'error' | 'permanent' | 'retry-later';
  /** Kebab-case. */
  code: string;
  message: string;
  stack: string;
  /** Of `retry-later`, in milliseconds. */
  delayMs?: number;
}

/** Code of an error that says nothing else of itself. */
const defaultCode = 'error';

/** Longest code, message and stack that are kept of a failure, in characters. */
const maxCodeLength = 100;
const maxMessageLength = 2_000;
const maxStackLength = 8_000;

/** Carries what was thrown in a child process. */
export class ThrownElsewhere extends Error {
  readonly thrown: Thrown;

  constructor(thrown: Thrown) {
    super(thrown.message);
    this.name = 'ThrownElsewhere';
    this.thrown = thrown;
  }
}

const text = (value: unknown, maxLength: number): string =>
  String(value).toWellFormed().slice(0, maxLength);

/** A value that was thrown though it is no error, in words. */
const describeValue = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));

const readError = (err: Error): Thrown => {
  const read: Thrown = {
    kind: 'error',
    code: err instanceof CodedError ? text(err.code, maxCodeLength) : defaultCode,
    message: text(err.message || err.name, maxMessageLength),
    stack: text(err.stack ?? '', maxStackLength),
  };
  if (err instanceof PermanentError) return { ...read, kind: 'permanent' };
  if (err instanceof RetryLater) return { ...read, kind: 'retry-later', delayMs: err.delayMs };
  return read;
};

/**
 * Reads whatever a handler threw: an error, a text, nothing, or an object whose every property throws
 * when it is read.
 */
export const readThrown = (thrown: unknown): Thrown => {
  try {
    if (thrown instanceof ThrownElsewhere) return thrown.thrown;
    if (thrown instanceof Error) return readError(thrown);
    const message = text(describeValue(thrown), maxMessageLength);
    return { kind: 'error', code: defaultCode, message, stack: '' };
  } catch {
    const message = 'a value that cannot be shown was thrown';
    return { kind: 'error', code: defaultCode, message, stack: '' };
  }
};
