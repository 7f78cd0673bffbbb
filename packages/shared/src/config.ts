import { resolve } from 'node:path';
import { problemsOf } from './config/problems.ts';
import { type Environment, environment } from './config/variables.ts';
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

const shape = (env: Environment) => ({
  production: env.NODE_ENV === 'production',
  host: env.HOST,
  ports: { api: env.PORT, worker: env.WORKER_PORT, scheduler: env.SCHEDULER_PORT },
  lifecycle: { graceMs: env.SHUTDOWN_GRACE, startupTimeoutMs: env.STARTUP_TIMEOUT },
  redis: { url: env.REDIS_URL, keyPrefix: env.KEY_PREFIX, partitions: env.PARTITIONS },
  database: { url: env.DATABASE_URL, poolMax: env.DATABASE_POOL_MAX },
  dataDir: resolve(env.DATA_DIR),
  apiKeys: env.API_KEYS ?? [],
  rateLimits: env.RATE_LIMITS,
  corsOrigins: env.CORS_ORIGINS,
  egressAllow: env.EGRESS_ALLOW,
  concurrency: env.CONCURRENCY,
  keep: { succeededMs: env.KEEP_SUCCEEDED, failedMs: env.KEEP_FAILED },
  sourceMaxBytes: env.SOURCE_MAX_BYTES,
  mail: { smtpUrl: env.SMTP_URL, from: env.MAIL_FROM },
  log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT },
  health: { minDiskBytes: env.HEALTH_MIN_DISK, minMemoryBytes: env.HEALTH_MIN_MEMORY },
});

/** What every process knows of its surroundings. Durations are milliseconds, sizes bytes. */
export type Config = Readonly<ReturnType<typeof shape>>;

/**
 * Reads and checks the whole environment at once. This file alone touches `process.env`.
 * @throws ConfigError that lists every wrong, missing or misspelt variable.
 */
export const loadConfig = (env: NodeJS.ProcessEnv = process.env): Config => {
  const raw = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ''));
  const result = environment.safeParse(raw);
  const problems = problemsOf(raw, result.error);
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  return shape(result.data);
};
