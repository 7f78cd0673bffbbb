import { z } from 'zod';
import { duration, timerDuration } from '../duration.ts';
import { apiKeys } from './api-keys.ts';
import { artifactsProblems, artifactsUrl } from './artifacts.ts';
import { egressAllow } from './egress-allow.ts';
import { otlpHeaders } from './otlp-headers.ts';
import { jobsByQueue, queueLimits } from './queue-limits.ts';
import { rateLimits } from './rate-limits.ts';
import { smtpUrl } from './smtp-url.ts';
import { timeZone } from './time-zone.ts';
import { trustedProxies } from './trusted-proxies.ts';

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

const mailAddresses = list.superRefine((items, context) => {
  for (const item of items) {
    if (z.email().max(254).safeParse(item).success) continue;
    context.addIssue({ code: 'custom', message: 'expected e-mail addresses, without names' });
  }
});

/** The history must have time to record how a job ended. */
const kept = duration.refine((ms) => ms >= 60_000, 'expected 1m at least');

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
    SHUTDOWN_DRAIN: timerDuration
      .prefault('0s')
      .meta(
        notes(
          'How long an API still takes requests after SIGTERM while `/ready` fails, so that the load balancers before it send it no more.',
        ),
      ),
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
    DATABASE_ACQUIRE_TIMEOUT: timerDuration
      .prefault('2s')
      .meta(notes('How long a query waits for a free or a new Postgres connection.')),
    DATABASE_IDLE_TIMEOUT: timerDuration
      .prefault('30s')
      .meta(notes('Postgres connections are closed after this long unused.')),
    DATABASE_CONNECTION_LIFETIME: timerDuration
      .prefault('30m')
      .meta(
        notes(
          'Postgres connections older than this are replaced when they are next free, so that a failover or a new password is noticed.',
        ),
      ),
    DATABASE_STATEMENT_TIMEOUT: timerDuration
      .prefault('1m')
      .meta(
        notes(
          'Postgres stops a statement that takes longer. Each batch of rows of a report or an import is a statement.',
        ),
      ),
    DATA_DIR: z
      .string()
      .default('.drover')
      .meta(
        notes(
          'Folder of local data: artifacts and written mail. API and workers must share it, unless ARTIFACTS_URL is set.',
        ),
      ),
    ARTIFACTS_URL: artifactsUrl
      .optional()
      .meta(
        notes(
          'Bucket of an S3-compatible store that artifacts are kept in. Unset: `DATA_DIR/artifacts`.',
          { example: 's3://bucket/prefix' },
        ),
      ),
    S3_ENDPOINT: urlWith(['http:', 'https:'], 'https://s3.example.com')
      .optional()
      .meta(
        notes('Address of the store where it is not that of AWS.', {
          example: 'https://s3.example.com',
        }),
      ),
    S3_REGION: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/, 'expected a region such as eu-central-1')
      .default('us-east-1')
      .meta(notes('Region of the bucket.')),
    S3_PATH_STYLE: z
      .stringbool({ error: 'expected true or false' })
      .optional()
      .meta(
        notes(
          'Whether the bucket stands in the path of a request rather than in the host name. Default: with S3_ENDPOINT it does.',
          { example: 'true' },
        ),
      ),
    S3_ACCESS_KEY_ID: z
      .string()
      .optional()
      .meta(
        notes(
          'Access key of the store. Unset: what the machine provides (environment, profile, role).',
          { example: 'drover', secret: true },
        ),
      ),
    S3_SECRET_ACCESS_KEY: z
      .string()
      .optional()
      .meta(notes('Secret of S3_ACCESS_KEY_ID.', { example: 'a-long-secret', secret: true })),
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
    TRUSTED_PROXIES: trustedProxies
      .prefault('')
      .meta(
        notes(
          'Proxies whose `X-Forwarded-For` is believed, so that logs and the audit name the client: addresses and CIDR ranges, separated by commas; `loopback` and `uniquelocal` are all of that kind. Unset: none is.',
          { example: 'loopback,10.0.0.0/8' },
        ),
      ),
    EGRESS_ALLOW: egressAllow.prefault('').meta(
      notes(
        'What jobs may reach although it is private: host names (`*.` before one for all names below it), addresses and CIDR ranges, separated by commas.',
        {
          example: 'files.internal,*.svc.cluster.local,10.1.0.0/16',
        },
      ),
    ),
  },
  Jobs: {
    CONCURRENCY: jobsByQueue(1_000)
      .prefault('')
      .meta(
        notes(
          'Jobs that one worker process runs at once, by queue; queues not named keep their defaults. It can be changed at run time.',
          {
            example: 'media=2,mail=20',
          },
        ),
      ),
    GLOBAL_CONCURRENCY: jobsByQueue(100_000)
      .prefault('')
      .meta(
        notes(
          'Jobs that all worker processes together run at once, by queue; queues not named have no such limit. It can be changed at run time.',
          {
            example: 'mail=50',
          },
        ),
      ),
    QUEUE_LIMITS: queueLimits.prefault('').meta(
      notes(
        'Jobs that all worker processes together start in a window of time, by queue: `queue=jobs/window`; queues not named have no such limit. It can be changed at run time.',
        {
          example: 'mail=100/1m',
        },
      ),
    ),
    KEEP_SUCCEEDED: kept.prefault('24h').meta(notes('How long a succeeded job can still be read.')),
    KEEP_FAILED: kept
      .prefault('7d')
      .meta(notes('How long a failed job can still be read, and its dead letter redriven.')),
    KEEP_ARTIFACTS: duration
      .prefault('1h')
      .meta(notes('How long the files of a job stay after the job is gone.')),
    HISTORY_DAYS: wholeNumber(0, 3_650)
      .prefault('30')
      .meta(
        notes(
          'Days that the history in Postgres keeps a job for, counted from its submission. 0: nothing is recorded, and what was recorded stays as it is.',
        ),
      ),
    HISTORY_BACKLOG: wholeNumber(1_000, 10_000_000)
      .prefault('250000')
      .meta(
        notes(
          'Changes of jobs that Redis keeps of one queue, in one partition, until they are recorded: about 100 bytes each. What is beyond it while Postgres is away is made up for from the jobs themselves.',
        ),
      ),
    AUDIT_DAYS: wholeNumber(1, 36_500)
      .prefault('365')
      .meta(notes('Days that the audit log keeps what operators did.')),
    DEAD_LETTERS_MAX: wholeNumber(1, 10_000_000)
      .prefault('100000')
      .meta(
        notes(
          'Dead letters that are kept of one queue; beyond it the oldest go, with their jobs, whatever KEEP_FAILED says.',
        ),
      ),
    CACHE_MEMORY_BYTES: wholeNumber(65_536, Number.MAX_SAFE_INTEGER)
      .prefault('33554432')
      .meta(
        notes(
          'Most memory that an API process spends on copies of cached values, in bytes, roughly.',
        ),
      ),
    SOURCE_MAX_BYTES: wholeNumber(1, 1_073_741_824)
      .prefault('26214400')
      .meta(notes('Largest file that a job takes as its source, in bytes.')),
    IMPORT_MAX_BYTES: wholeNumber(1, Number.MAX_SAFE_INTEGER)
      .prefault('1073741824')
      .meta(notes('Largest file that `data.import` takes, in bytes; it is streamed.')),
    ISOLATION_HEAP_BYTES: wholeNumber(33_554_432, Number.MAX_SAFE_INTEGER)
      .prefault('536870912')
      .meta(
        notes(
          'Most JavaScript memory of a process that runs an isolated handler, in bytes; pictures and other buffers come on top.',
        ),
      ),
    WEBHOOK_SECRET_OVERLAP: duration
      .prefault('24h')
      .meta(
        notes(
          'How long webhooks are signed with the earlier secret, too, after a tenant has rotated it.',
        ),
      ),
    SMTP_URL: smtpUrl.optional().meta(
      notes(
        'Server that sends e-mail: `smtps:` for TLS from the start, `smtp:` for STARTTLS where the server has it; with a password it must, unless the server is on this machine or the URL ends in `/?requireTLS=false`. Unset: each message is written to `DATA_DIR/mail` as an `.eml` file.',
        {
          example: 'smtp://user:password@mail.example.com:587',
          secret: true,
        },
      ),
    ),
    SCHEDULES_MAX: wholeNumber(0, 100_000)
      .prefault('10000')
      .meta(notes('Schedules that a tenant may have made over the API.')),
    SCHEDULES_TIMEZONE: timeZone
      .default('UTC')
      .meta(notes('IANA time zone of the schedules that Drover brings itself.')),
    DIGEST_TO: mailAddresses
      .prefault('')
      .meta(
        notes(
          'Addresses that get the daily digest at 08:00: sales and job counts of the last 24 hours, over all tenants; separated by commas. Unset: it is not sent.',
          { example: 'ops@example.com,sales@example.com' },
        ),
      ),
    MAIL_FROM: z
      .string()
      .regex(
        /^([^<>@\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
        'expected a sender such as Drover <drover@example.com>',
      )
      .default('Drover <drover@localhost>')
      .meta(notes('Sender of e-mail.')),
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
    METRICS: z
      .stringbool({ error: 'expected true or false' })
      .default(true)
      .meta(notes('Whether processes measure themselves and answer `/metrics`.')),
    METRICS_TOKEN: z
      .string()
      .regex(/^[\x21-\x7e]{16,}$/, 'expected 16 characters or more, without spaces')
      .optional()
      .meta(
        notes(
          'What Prometheus must send to `/metrics`, as `Authorization: Bearer <token>`. Unset: it needs nothing, and is refused to what comes through a proxy.',
          { example: 'a-long-random-text', secret: true },
        ),
      ),
    OTEL_EXPORTER_OTLP_ENDPOINT: urlWith(['http:', 'https:'], 'http://localhost:4318')
      .optional()
      .meta(
        notes(
          'Where traces are sent, as OTLP over HTTP, to its path `/v1/traces`. Unset: no tracing library is loaded; a `traceparent` is still passed on.',
          { example: 'http://localhost:4318' },
        ),
      ),
    OTEL_EXPORTER_OTLP_HEADERS: otlpHeaders.prefault('').meta(
      notes('Headers of these requests: `name=value`, separated by commas, URL-encoded.', {
        example: 'authorization=Bearer%20a-long-secret',
        secret: true,
      }),
    ),
    OTEL_SERVICE_NAME: z
      .string()
      .max(255)
      .optional()
      .meta(
        notes(
          'Name of the service in traces. Unset: `drover-api`, `drover-worker`, `drover-scheduler`.',
          { example: 'drover' },
        ),
      ),
    OTEL_TRACES_SAMPLER: z
      .enum([
        'always_on',
        'always_off',
        'traceidratio',
        'parentbased_always_on',
        'parentbased_always_off',
        'parentbased_traceidratio',
      ])
      .default('parentbased_always_on')
      .meta(
        notes(
          'Which traces are sent. `parentbased_…` does as the caller has decided, and asks the rest of its name for traces that begin here.',
        ),
      ),
    OTEL_TRACES_SAMPLER_ARG: z
      .string()
      .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'expected a number from 0 to 1')
      .prefault('1')
      .transform(Number)
      .meta(notes('Share of the traces that `…traceidratio` sends, from 0 to 1.')),
    HEALTH_CLAIM_TIMEOUT: timerDuration
      .refine((ms) => ms >= 1_000, 'expected 1s at least')
      .prefault('30s')
      .meta(
        notes(
          '`/live` of a worker fails when it leaves jobs that it could run lying for this long.',
        ),
      ),
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

/** Every variable by itself. */
export const environment = z.object({
  ...sections.Processes,
  ...sections.Stores,
  ...sections.Access,
  ...sections.Jobs,
  ...sections.Observing,
});

/** Schema of the whole environment: also what variables need of one another. */
export const wholeEnvironment = environment.superRefine((env, context) => {
  for (const { name, message } of artifactsProblems(env)) {
    context.addIssue({ code: 'custom', path: [name], message });
  }
});

export type Environment = z.output<typeof environment>;
export const variableNames = Object.keys(environment.shape);
