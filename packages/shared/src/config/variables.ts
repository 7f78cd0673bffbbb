import { z } from 'zod';
import { duration, timerDuration } from '../duration.ts';
import { apiKeys } from './api-keys.ts';
import { rateLimits } from './rate-limits.ts';

/** What the reference and the error messages say of a variable, beside its schema. */
export interface VariableNotes {
  description: string;
  /** Shown where the variable has no default. */
  example?: string;
  /** Its value is never printed. */
  secret?: boolean;
  [key: string]: unknown;
}

const notes = (
  description: string,
  more: Omit<VariableNotes, 'description'> = {},
): VariableNotes => ({
  description,
  ...more,
});

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `expected a whole number from ${min} to ${max}`);

const port = wholeNumber(1, 65_535);

const urlWith = (protocols: readonly string[], example: string) =>
  z.string().refine((text) => {
    const url = URL.parse(text);
    return url !== null && protocols.includes(url.protocol);
  }, `expected a URL such as ${example}`);

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const origins = list.superRefine((items, context) => {
  for (const item of items) {
    if (item === '*' || URL.parse(item)?.origin === item) continue;
    context.addIssue({
      code: 'custom',
      message: 'expected origins such as https://app.example.com, without a path',
    });
  }
});

const concurrencies = z.string().transform((text, context) => {
  const byQueue: Record<string, number> = {};
  for (const entry of text.split(',').filter((part) => part.trim() !== '')) {
    const match = /^\s*([a-z][a-z0-9-]*)\s*=\s*(\d{1,4})\s*$/.exec(entry);
    const count = Number(match?.[2]);
    if (!match?.[1] || count < 1 || count > 1_000) {
      context.addIssue({
        code: 'custom',
        message: 'expected queue=jobs pairs, 1 to 1000 jobs each, such as media=2,mail=10',
      });
      return z.NEVER;
    }
    byQueue[match[1]] = count;
  }
  return byQueue;
});

/**
 * Every environment variable that Drover reads, by section: the single source of the types, the
 * validation, the error messages and docs/reference/configuration.md. Inputs are strings, as the
 * environment gives them; an empty value counts as unset.
 */
export const sections = {
  Processes: {
    NODE_ENV: z
      .enum(['development', 'production', 'test'])
      .default('development')
      .meta(notes('`production` turns off the development key `dev` and the `demo.*` job types.')),
    HOST: z
      .string()
      .default('127.0.0.1')
      .meta(notes('Address that every process listens on. `0.0.0.0` opens it to the network.')),
    PORT: port.prefault('3000').meta(notes('Port of the API.')),
    WORKER_PORT: port.prefault('3001').meta(notes('Port of the worker’s health endpoints.')),
    SCHEDULER_PORT: port.prefault('3002').meta(notes('Port of the scheduler’s health endpoints.')),
    SHUTDOWN_GRACE: timerDuration
      .prefault('25s')
      .meta(notes('How long running jobs may go on after SIGTERM before they are handed back.')),
    STARTUP_TIMEOUT: timerDuration
      .prefault('30s')
      .meta(notes('How long a starting process waits for Redis and Postgres to be reachable.')),
  },
  Stores: {
    REDIS_URL: urlWith(['redis:', 'rediss:'], 'redis://localhost:6379').meta(
      notes(
        'Redis or Valkey, version 6.2 or later, with `maxmemory-policy noeviction`. `npm start` starts one when this is unset.',
        {
          example: 'redis://localhost:6379',
          secret: true,
        },
      ),
    ),
    KEY_PREFIX: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected lower-case letters, digits and hyphens')
      .default('drover')
      .meta(notes('First part of every Redis key, so that several Drovers can share one Redis.')),
    PARTITIONS: wholeNumber(1, 256)
      .prefault('1')
      .meta(
        notes('Number of partitions that new jobs are spread over (Redis Cluster: one slot each).'),
      ),
    DATABASE_URL: urlWith(
      ['postgres:', 'postgresql:'],
      'postgres://user:password@localhost:5432/drover',
    ).meta(
      notes('Postgres, version 14 or later. `npm start` starts one when this is unset.', {
        example: 'postgres://user:password@localhost:5432/drover',
        secret: true,
      }),
    ),
    DATABASE_POOL_MAX: wholeNumber(1, 500)
      .prefault('5')
      .meta(notes('Most Postgres connections that one process holds.')),
    DATA_DIR: z
      .string()
      .default('.drover')
      .meta(
        notes('Folder of local data: artifacts and written mail. API and workers must share it.'),
      ),
  },
  Access: {
    API_KEYS: apiKeys.optional().meta(
      notes(
        'JSON array of keys: `hash` (SHA-256 of the key, hex), `tenant`, `roles` (`submit`, `read`, `operate`, `admin`), `tier` (`free`, the default, `basic`, `premium`, `enterprise`, `unlimited`). `npm run keys` makes them. Required to use the API in production.',
        {
          example: '[{"hash":"<64 hex digits>","tenant":"acme","roles":["submit","read"]}]',
          secret: true,
        },
      ),
    ),
    RATE_LIMITS: rateLimits
      .prefault('')
      .meta(
        notes(
          'Jobs that a tenant may submit in a window, by tier: `tier=limit/window[:algorithm]`, separated by commas. The algorithms are `token-bucket` (the default), `sliding-window` and `fixed-window`. Tiers not named keep `free=100/1h`, `basic=1000/1h`, `premium=10000/1h`, `enterprise=100000/1h`.',
          { example: 'free=100/1h,basic=1000/1h:sliding-window' },
        ),
      ),
    CORS_ORIGINS: origins.prefault('').meta(
      notes(
        'Origins whose pages may call the API from a browser, separated by commas; `*` is any. Unset: none may.',
        {
          example: 'https://app.example.com,http://localhost:5173',
        },
      ),
    ),
    EGRESS_ALLOW: list.prefault('').meta(
      notes(
        'Host names, addresses and CIDR ranges that jobs may reach although they are private, separated by commas.',
        {
          example: 'files.internal,10.1.0.0/16',
        },
      ),
    ),
  },
  Jobs: {
    CONCURRENCY: concurrencies.prefault('').meta(
      notes(
        'Jobs that one worker process runs at once, by queue; queues not named keep their defaults.',
        {
          example: 'media=2,mail=20',
        },
      ),
    ),
    KEEP_SUCCEEDED: duration
      .prefault('24h')
      .meta(notes('How long a succeeded job can still be read.')),
    KEEP_FAILED: duration.prefault('7d').meta(notes('How long a failed job can still be read.')),
    SOURCE_MAX_BYTES: wholeNumber(1, 1_073_741_824)
      .prefault('26214400')
      .meta(notes('Largest file that a job takes as its source, in bytes.')),
    SMTP_URL: urlWith(['smtp:', 'smtps:'], 'smtp://user:password@mail.example.com:587')
      .optional()
      .meta(
        notes(
          'Server that sends e-mail. Unset: each message is written to `DATA_DIR/mail` as an `.eml` file.',
          {
            example: 'smtp://user:password@mail.example.com:587',
            secret: true,
          },
        ),
      ),
    MAIL_FROM: z.string().default('Drover <drover@localhost>').meta(notes('Sender of e-mail.')),
  },
  Observing: {
    LOG_LEVEL: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
      .default('info')
      .meta(notes('Least severe level that is logged.')),
    LOG_FORMAT: z
      .enum(['auto', 'json', 'pretty'])
      .default('auto')
      .meta(notes('`auto` is `pretty` on a terminal and `json` otherwise.')),
    HEALTH_MIN_DISK: wholeNumber(0, Number.MAX_SAFE_INTEGER)
      .prefault('104857600')
      .meta(
        notes('`/health` fails when fewer bytes than this are free on the disk of `DATA_DIR`.'),
      ),
    HEALTH_MIN_MEMORY: wholeNumber(0, Number.MAX_SAFE_INTEGER)
      .prefault('67108864')
      .meta(
        notes('`/health` fails when fewer bytes of memory than this are available to the process.'),
      ),
  },
};

/** Schema of the whole environment. */
export const environment = z.object({
  ...sections.Processes,
  ...sections.Stores,
  ...sections.Access,
  ...sections.Jobs,
  ...sections.Observing,
});

export type Environment = z.output<typeof environment>;
export const variableNames = Object.keys(environment.shape);
