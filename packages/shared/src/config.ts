import { resolve } from 'node:path';
import type { z } from 'zod';
import { problemsOf } from './config/problems.ts';
import { withValueFiles } from './config/value-files.ts';
import {
  type Environment,
  environment,
  variableNames,
  wholeEnvironment,
} from './config/variables.ts';
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

/** Undefined: no traces are sent. */
const tracingShape = (env: Environment) =>
  env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
    ? undefined
    : {
        endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
        headers: env.OTEL_EXPORTER_OTLP_HEADERS,
        serviceName: env.OTEL_SERVICE_NAME,
        sampler: env.OTEL_TRACES_SAMPLER,
        ratio: env.OTEL_TRACES_SAMPLER_ARG,
      };

const shape = (env: Environment) => ({
  production: env.NODE_ENV === 'production',
  host: env.HOST,
  ports: { api: env.PORT, worker: env.WORKER_PORT, scheduler: env.SCHEDULER_PORT },
  lifecycle: {
    graceMs: env.SHUTDOWN_GRACE,
    drainMs: env.SHUTDOWN_DRAIN,
    startupTimeoutMs: env.STARTUP_TIMEOUT,
  },
  redis: {
    url: env.REDIS_URL,
    cluster: env.REDIS_CLUSTER,
    keyPrefix: env.KEY_PREFIX,
    partitions: env.PARTITIONS,
  },
  database: databaseShape(env),
  dataDir: resolve(env.DATA_DIR),
  s3: s3Shape(env),
  apiKeys: env.API_KEYS ?? [],
  rateLimits: env.RATE_LIMITS,
  corsOrigins: env.CORS_ORIGINS,
  trustedProxies: env.TRUSTED_PROXIES,
  egressAllow: env.EGRESS_ALLOW,
  concurrency: env.CONCURRENCY,
  globalConcurrency: env.GLOBAL_CONCURRENCY,
  queueLimits: env.QUEUE_LIMITS,
  audit: { days: env.AUDIT_DAYS },
  deadLettersMax: env.DEAD_LETTERS_MAX,
  webhooks: { secretOverlapMs: env.WEBHOOK_SECRET_OVERLAP },
  keep: { succeededMs: env.KEEP_SUCCEEDED, failedMs: env.KEEP_FAILED },
  keepArtifactsMs: env.KEEP_ARTIFACTS,
  history: { days: env.HISTORY_DAYS, backlog: env.HISTORY_BACKLOG },
  sourceMaxBytes: env.SOURCE_MAX_BYTES,
  cacheMemoryBytes: env.CACHE_MEMORY_BYTES,
  importMaxBytes: env.IMPORT_MAX_BYTES,
  isolation: { heapBytes: env.ISOLATION_HEAP_BYTES },
  schedules: { maxPerTenant: env.SCHEDULES_MAX, timezone: env.SCHEDULES_TIMEZONE },
  digestTo: env.DIGEST_TO,
  mail: { smtpUrl: env.SMTP_URL, from: env.MAIL_FROM },
  log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT },
  metrics: { enabled: env.METRICS, token: env.METRICS_TOKEN },
  tracing: tracingShape(env),
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

/** @throws ConfigError that lists every problem at once. */
const read = <Schema extends z.ZodType>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): z.output<Schema> => {
  const { raw, problems: ofFiles } = withValueFiles(given(env), variableNames);
  const result = schema.safeParse(raw);
  const problems = [...ofFiles, ...problemsOf(raw, result.error)];
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  return result.data;
};

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
  const { NODE_ENV, DATABASE_URL, LOG_LEVEL, LOG_FORMAT } = read(forDatabase, env);
  return {
    production: NODE_ENV === 'production',
    url: DATABASE_URL,
    log: { level: LOG_LEVEL, format: LOG_FORMAT },
  };
};

/** The configuration as far as it can be read, and what is wrong with it. */
export interface ExaminedConfig {
  /** What is wrong has its default here. */
  readonly config: Config;
  readonly problems: readonly string[];
  /** Names of the variables whose values are not those that were meant. */
  readonly unusable: readonly string[];
}

/** In the place of addresses that there are no defaults for. */
const standIns = {
  REDIS_URL: 'redis://unknown.invalid',
  DATABASE_URL: 'postgres://unknown.invalid/drover',
};

/** As {@link loadConfig}, for those who report what is wrong and go on with the rest. */
export const examineConfig = (env: NodeJS.ProcessEnv = process.env): ExaminedConfig => {
  const { raw, problems, unusable: ofFiles } = withValueFiles(given(env), variableNames);
  const { error } = wholeEnvironment.safeParse(raw);
  const invalid = (error?.issues ?? []).map(({ path }) => String(path[0]));
  const unusable = [...new Set([...ofFiles, ...invalid])];
  const right = Object.entries(raw).filter(([name]) => !unusable.includes(name));
  const missing = Object.entries(standIns).filter(([name]) => unusable.includes(name));
  return {
    config: shape(environment.parse(Object.fromEntries([...right, ...missing]))),
    problems: [...problems, ...problemsOf(raw, error)],
    unusable,
  };
};

/**
 * Reads and checks the whole environment at once. This file alone touches `process.env`.
 * @throws ConfigError that lists every wrong, missing or misspelt variable.
 */
export const loadConfig = (env: NodeJS.ProcessEnv = process.env): Config =>
  shape(read(wholeEnvironment, env));
