import { configuredLimits } from '@drover/jobs/operations/configured-limits';
import type { Config, ExaminedConfig } from '@drover/shared/config';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Stores } from '@drover/shared/stores';
import { lookAtAccess, lookAtEgress } from './access.ts';
import { lookAtArtifacts, lookAtSharing } from './artifacts.ts';
import { lookAtConfiguration } from './configuration.ts';
import { lookAtConnections, lookAtSchedulers } from './connections.ts';
import type { Check, StoreName } from './examine.ts';
import { type Finding, skip } from './findings.ts';
import { lookAtMail } from './mail.ts';
import * as postgres from './postgres.ts';
import { lookAtDeadLetters, lookAtFailures, lookAtOwnQueues, lookAtQueues } from './queues.ts';
import type { Reach } from './reach.ts';
import { lookAtAudit, lookAtHistory } from './records.ts';
import * as redis from './redis.ts';
import { lookAtDeclared, lookAtKept, lookAtUnrunnable } from './schedules.ts';
import { lookAtLostWorkers, lookAtVersions, lookAtWorkerClocks, lookAtWorkers } from './workers.ts';

/** What the doctor looks at. */
export interface Patient {
  readonly examined: ExaminedConfig;
  readonly stores: Pick<Stores, 'redis' | 'pool' | 'keys'>;
  readonly queues: QueueSet;
  readonly reach: Readonly<Record<StoreName, Reach>>;
  /** The version of the doctor. */
  readonly version: string;
}

const ofBucket = [
  'ARTIFACTS_URL',
  'S3_ENDPOINT',
  'S3_REGION',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
];

type Look = () => Promise<readonly Finding[]> | readonly Finding[];

const check = (name: string, needs: readonly StoreName[], look: Look): Check => ({
  name,
  needs,
  look,
});

const ofSurroundings = ({ examined }: Patient): Check[] => {
  const { config, unusable } = examined;
  /** Defaults in the place of what was meant would tell nothing. */
  const on = (name: string, variables: readonly string[], look: Look) => {
    const wrong = variables.find((variable) => unusable.includes(variable));
    return check(name, [], wrong ? () => [skip(`${wrong} has no valid value`)] : look);
  };
  return [
    check('configuration', [], () => lookAtConfiguration(examined)),
    on('access', ['NODE_ENV', 'API_KEYS', 'METRICS_TOKEN'], () => lookAtAccess(config)),
    on('egress', ['NODE_ENV', 'EGRESS_ALLOW'], () => lookAtEgress(config)),
    on('artifacts', ofBucket, () => lookAtArtifacts(config)),
    on('mail', ['NODE_ENV', 'SMTP_URL'], () => lookAtMail(config)),
  ];
};

const ofRedis = ({ stores, reach }: Patient): Check[] => {
  const on = (name: string, look: (client: Stores['redis']) => Promise<readonly Finding[]>) =>
    check(`redis ${name}`, ['Redis'], () => look(stores.redis));
  return [
    check('redis', [], async () => [await reach.Redis.finding]),
    on('server', redis.lookAtServer),
    on('persistence', redis.lookAtPersistence),
    on('memory', redis.lookAtMemory),
    on('replication', redis.lookAtReplication),
    on('clock', redis.lookAtClock),
    on('latency', redis.lookAtLatency),
  ];
};

const ofPostgres = ({ examined: { config }, stores: { pool }, reach }: Patient): Check[] => {
  const on = (name: string, look: Look) => check(`postgres ${name}`, ['Postgres'], look);
  return [
    check('postgres', [], async () => [await reach.Postgres.finding]),
    on('server', () => postgres.lookAtServer(pool)),
    on('migrations', () => postgres.lookAtMigrations(pool, config)),
    on('privileges', () => postgres.lookAtPrivileges(pool)),
    on('connections', () => lookAtConnections(pool, config.database.poolMax)),
    on('clock', () => postgres.lookAtClock(pool)),
    on('partitions', () => postgres.lookAtPartitions(pool, config)),
  ];
};

/** What is configured of the queues; what is wrong with that, the check of the configuration tells. */
const limitsOf = (config: Config) => {
  try {
    return configuredLimits(config);
  } catch {
    const { redis: place } = config;
    return configuredLimits({
      concurrency: {},
      globalConcurrency: {},
      queueLimits: {},
      redis: place,
    });
  }
};

const ofWork = ({ examined: { config }, stores, queues, version }: Patient): Check[] => {
  const { partitions } = config.redis;
  const places = { redis: stores.redis, keys: stores.keys, partitions };
  const configured = { ...places, configured: limitsOf(config) };
  const letters = { partitions, max: config.deadLettersMax };
  const on = (name: string, look: Look) => check(name, ['Redis'], look);
  return [
    on('workers', () => lookAtWorkers(stores)),
    on('lost workers', () => lookAtLostWorkers(stores)),
    on('versions', () => lookAtVersions(stores, version)),
    on('worker clocks', () => lookAtWorkerClocks(stores)),
    on('shared artifacts', () => lookAtSharing(config, stores)),
    on('queues', () => lookAtQueues(configured)),
    on('own queues', () => lookAtOwnQueues(configured)),
    on('failures', () => lookAtFailures(configured)),
    on('dead letters', () => lookAtDeadLetters(queues, letters)),
  ];
};

const ofSchedules = ({ examined: { config }, stores }: Patient): Check[] => [
  check('schedulers', ['Postgres'], () => lookAtSchedulers(stores.pool)),
  check('declared schedules', ['Redis'], () => lookAtDeclared(stores)),
  check('schedules', ['Redis', 'Postgres'], () => lookAtKept(stores, stores.pool)),
  check('schedule types', ['Postgres'], () => lookAtUnrunnable(stores.pool, config)),
  check('history', ['Redis'], () => lookAtHistory(stores, config)),
  check('audit', ['Redis'], () => lookAtAudit(stores)),
];

/** All that is looked at, in the order in which it is told. */
export const checksOf = (patient: Patient): readonly Check[] => [
  ...ofSurroundings(patient),
  ...ofRedis(patient),
  ...ofPostgres(patient),
  ...ofWork(patient),
  ...ofSchedules(patient),
];
