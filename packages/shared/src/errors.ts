/**
 * An error that users and logs may rely on: `code` is stable, kebab-case and documented; the message
 * says what is wrong and what to do about it.
 */
export class CodedError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CodedError';
    this.code = code;
  }
}

/** Any thrown value as an Error: handlers and libraries may throw strings, null or hostile objects. */
export const toError = (thrown: unknown): Error => {
  if (thrown instanceof Error) return thrown;
  try {
    return new Error(typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? 'undefined'));
  } catch {
    return new Error('a value that cannot be shown was thrown');
  }
};
