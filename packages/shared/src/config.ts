import { resolve } from 'node:path';
import { problemsOf } from './config/problems.ts';
import { type Environment, environment, wholeEnvironment } from './config/variables.ts';
import { CodedError } from './errors.ts';

/** Exit status of a process whose configuration is wrong (EX_CONFIG of sysexits.h). */
export const configExitCode = 78;

/** The environment is wrong; `problems` has one line for each thing to mend. */
export class ConfigError extends CodedError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      'config-invalid',
      `The configuration is wrong:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const databaseShape = (env: Environment) => ({
  url: env.DATABASE_URL,
  poolMax: env.DATABASE_POOL_MAX,
  acquireTimeoutMs: env.DATABASE_ACQUIRE_TIMEOUT,
  idleTimeoutMs: env.DATABASE_IDLE_TIMEOUT,
  connectionLifetimeMs: env.DATABASE_CONNECTION_LIFETIME,
  statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT,
});

/** Undefined: artifacts are files in the data directory. */
const s3Shape = (env: Environment) =>
  env.ARTIFACTS_URL && {
    ...env.ARTIFACTS_URL,
    endpoint: env.S3_ENDPOINT,
    region: env.S3_REGION,
    pathStyle: env.S3_PATH_STYLE ?? env.S3_ENDPOINT !== undefined,
    credentials:
      env.S3_ACCESS_KEY_ID !== undefined && env.S3_SECRET_ACCESS_KEY !== undefined
        ? { accessKeyId: env.S3_ACCESS_KEY_ID, secretAccessKey: env.S3_SECRET_ACCESS_KEY }
        : undefined,
  };

const shape = (env: Environment) => ({
  production: env.NODE_ENV === 'production',
  host: env.HOST,
  ports: { api: env.PORT, worker: env.WORKER_PORT, scheduler: env.SCHEDULER_PORT },
  lifecycle: { graceMs: env.SHUTDOWN_GRACE, startupTimeoutMs: env.STARTUP_TIMEOUT },
  redis: { url: env.REDIS_URL, keyPrefix: env.KEY_PREFIX, partitions: env.PARTITIONS },
  database: databaseShape(env),
  dataDir: resolve(env.DATA_DIR),
  s3: s3Shape(env),
  apiKeys: env.API_KEYS ?? [],
  rateLimits: env.RATE_LIMITS,
  corsOrigins: env.CORS_ORIGINS,
  egressAllow: env.EGRESS_ALLOW,
  concurrency: env.CONCURRENCY,
  globalConcurrency: env.GLOBAL_CONCURRENCY,
  queueLimits: env.QUEUE_LIMITS,
  deadLettersMax: env.DEAD_LETTERS_MAX,
  webhooks: { secretOverlapMs: env.WEBHOOK_SECRET_OVERLAP },
  keep: { succeededMs: env.KEEP_SUCCEEDED, failedMs: env.KEEP_FAILED },
  keepArtifactsMs: env.KEEP_ARTIFACTS,
  sourceMaxBytes: env.SOURCE_MAX_BYTES,
  cacheMemoryBytes: env.CACHE_MEMORY_BYTES,
  importMaxBytes: env.IMPORT_MAX_BYTES,
  isolation: { heapBytes: env.ISOLATION_HEAP_BYTES },
  schedules: { maxPerTenant: env.SCHEDULES_MAX, timezone: env.SCHEDULES_TIMEZONE },
  digestTo: env.DIGEST_TO,
  mail: { smtpUrl: env.SMTP_URL, from: env.MAIL_FROM },
  log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT },
  health: {
    minDiskBytes: env.HEALTH_MIN_DISK,
    minMemoryBytes: env.HEALTH_MIN_MEMORY,
    claimTimeoutMs: env.HEALTH_CLAIM_TIMEOUT,
  },
});

/** What every process knows of its surroundings. Durations are milliseconds, sizes bytes. */
export type Config = Readonly<ReturnType<typeof shape>>;

const given = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ''));

const forDatabase = environment.pick({
  NODE_ENV: true,
  DATABASE_URL: true,
  LOG_LEVEL: true,
  LOG_FORMAT: true,
});

/**
 * As much of the configuration as preparing the database takes: a container that does only that needs
 * no more variables.
 * @throws ConfigError
 */
export const loadDatabaseConfig = (env: NodeJS.ProcessEnv = process.env) => {
  const raw = given(env);
  const result = forDatabase.safeParse(raw);
  const problems = problemsOf(raw, result.error);
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  const { NODE_ENV, DATABASE_URL, LOG_LEVEL, LOG_FORMAT } = result.data;
  return {
    production: NODE_ENV === 'production',
    url: DATABASE_URL,
    log: { level: LOG_LEVEL, format: LOG_FORMAT },
  };
};

/**
 * Reads and checks the whole environment at once. This file alone touches `process.env`.
 * @throws ConfigError that lists every wrong, missing or misspelt variable.
 */
export const loadConfig = (env: NodeJS.ProcessEnv = process.env): Config => {
  const raw = given(env);
  const result = wholeEnvironment.safeParse(raw);
  const problems = problemsOf(raw, result.error);
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  return shape(result.data);
};
