import { PermanentError } from '@drover/jobs/definition/errors';

/** What nodemailer tells of an error beside its message. */
interface SmtpError extends Error {
  /** Kind of error; not that of the socket. */
  code?: string;
  /** What the server answered, where it did. */
  responseCode?: number;
  /** One for each refused recipient, when all were. */
  rejectedErrors?: SmtpError[];
}

/** Kinds of errors that are of the message itself: its envelope and its content. */
const ofMessage = ['EENVELOPE', 'EMESSAGE'];

/** Answers to a message that mean the login (RFC 4954): they are the configuration's fault. */
const ofLogin = [530, 534, 535, 538];

const isRefused = ({ responseCode }: SmtpError): boolean =>
  responseCode === undefined || (responseCode >= 500 && !ofLogin.includes(responseCode));

/** Final is what the server says no to; "later" (4xx) for one recipient is worth a retry for all. */
const isFinal = (err: SmtpError): boolean =>
  ofMessage.includes(err.code ?? '') && [err, ...(err.rejectedErrors ?? [])].every(isRefused);

/** The code that the network gave the error, which nodemailer leaves in the message alone. */
const networkCode = ({ message, code }: SmtpError): string =>
  /\bE[A-Z]{4,}\b/.exec(message)?.[0] ?? code ?? 'no answer';

const inWords = (err: SmtpError): string => {
  const { code, message, responseCode } = err;
  if (code === 'EAUTH')
    return `the mail server refused the login of SMTP_URL (${responseCode ?? 'no answer'})`;
  if (code === 'ETLS' || /certificate|\bSSL\b|\bTLS\b/i.test(message)) {
    return `the mail server's TLS was not accepted: ${message}`;
  }
  if (responseCode !== undefined) return `the mail server answered: ${message}`;
  return `the mail server cannot be reached (${networkCode(err)})`;
};

/**
 * The error of a message that was not sent: a PermanentError `mail-rejected` when the server will never
 * take it, else one that is worth a retry and says what is wrong.
 */
export const mailFailure = (thrown: unknown, signal: AbortSignal): unknown => {
  if (signal.aborted || !(thrown instanceof Error)) return signal.reason ?? thrown;
  const err: SmtpError = thrown;
  if (!isFinal(err)) return new Error(inWords(err), { cause: err });
  return new PermanentError(`the mail server refused the message: ${err.message}`, {
    code: 'mail-rejected',
    cause: err,
  });
};
