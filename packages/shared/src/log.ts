import pino, { type DestinationStream, type Logger } from 'pino';
import type { Config } from './config.ts';

export type Log = Logger;

/** Names whose values never reach a log, at the top of a line and two levels down. */
const secretNames = new Set([
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'apiKey',
  'payload',
  'result',
  'smtpUrl',
]);
const redactedLevels = 3;

type Fields = Record<string, unknown>;

/** Objects of a class are left to their serializers. */
const isPlain = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/**
 * The fields of a line without what is secret; nothing of the caller's is changed. pino's own redaction
 * takes six times as long as writing the line when it looks into every field.
 */
const redact = (fields: Fields, levels = redactedLevels): Fields => {
  let redacted: Fields | undefined;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    const shown = secretNames.has(name)
      ? '[redacted]'
      : levels > 1 && isPlain(value)
        ? redact(value, levels - 1)
        : value;
    if (shown !== value) redacted = { ...(redacted ?? fields), [name]: shown };
  }
  return redacted ?? fields;
};

/**
 * What a log says of an error. Errors of libraries carry more than that: ioredis's, for one, the
 * whole command, which holds the payload of a job.
 */
const describeError = (err: unknown): unknown => {
  if (!(err instanceof Error)) return err;
  const { name, message, stack, cause } = err;
  const code = 'code' in err ? err.code : undefined;
  return {
    type: name,
    message,
    ...(code !== undefined && { code }),
    stack,
    ...(cause !== undefined && { cause: describeError(cause) }),
  };
};

/** Where lines go: JSON on stdout, or lines for people when stdout is a terminal. */
const destination = async (format: Config['log']['format']) => {
  const pretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY);
  if (!pretty) return pino.destination({ dest: 1, sync: true });
  const { default: pinoPretty } = await import('pino-pretty');
  return pinoPretty({
    colorize: process.stdout.isTTY,
    ignore: 'pid,hostname,name',
    messageFormat: '{name}: {msg}',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
    sync: true,
  });
};

/** The logger of a process. Payloads, results and secrets are redacted whatever a caller passes. */
export const createLog = async (
  name: string,
  config: Config['log'],
  stream?: DestinationStream,
): Promise<Log> =>
  pino(
    {
      name,
      level: config.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError },
      formatters: { log: redact, bindings: redact },
    },
    stream ?? (await destination(config.format)),
  );

/** A logger that says nothing, for tests. */
export const silentLog = (): Log => pino({ level: 'silent' });
