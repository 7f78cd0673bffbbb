import pino, { type DestinationStream, type Logger } from 'pino';
import type { Config } from './config.ts';

export type Log = Logger;

/** Names whose values never reach a log, at the top of a line and one or two levels down. */
const secretNames = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'apiKey',
  'payload',
  'result',
  'smtpUrl',
];
const redactPaths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

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
      redact: { paths: redactPaths, censor: '[redacted]' },
    },
    stream ?? (await destination(config.format)),
  );

/** A logger that says nothing, for tests. */
export const silentLog = (): Log => pino({ level: 'silent' });
