import { CodedError, toError } from '../errors.ts';

/** Codes of sockets and of name resolution. */
const networkCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
];

/** SQLSTATEs of a server that starts, stops or has no connection to spare. Class 08 is lost connections. */
const absentStates = ['57P01', '57P02', '57P03', '53300', '25P03', '57P05'];

/** How the driver says, without a code, that a connection is lost or was not to be had. */
const lostMessages =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed/;

/** SQLSTATEs of statements that took or waited too long, or lost against others: another try may do. */
const passingStates = ['57014', '55P03', '40001', '40P01', '53200', '53100'];

/** The SQLSTATE of an error that Postgres sent. */
export const sqlStateOf = (err: unknown): string | undefined => {
  const code = err instanceof Error && 'code' in err ? err.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
};

/** Whether Postgres was not there, or went away. */
export const isDatabaseUnavailable = (err: unknown): boolean => {
  const state = sqlStateOf(err);
  if (state) return state.startsWith('08') || absentStates.includes(state);
  if (!(err instanceof Error)) return false;
  const code = 'code' in err ? String(err.code) : '';
  return networkCodes.includes(code) || lostMessages.test(err.message);
};

/**
 * A failed query as people are told of it: `database-unavailable`, `database-busy` (it took too long,
 * or lost against other transactions) or `database-error`. What the server said stays in `cause`, for
 * it tells of tables and SQL. Errors that are not the database's pass unchanged.
 */
export const databaseFailure = (thrown: unknown): Error => {
  const cause = toError(thrown);
  if (isDatabaseUnavailable(cause)) {
    return new CodedError('database-unavailable', 'Postgres cannot be reached', { cause });
  }
  const state = sqlStateOf(cause);
  if (!state) return cause;
  if (passingStates.includes(state)) {
    return new CodedError('database-busy', `Postgres gave up a statement (${state})`, { cause });
  }
  return new CodedError('database-error', `Postgres refused a statement (${state})`, { cause });
};
