import { z } from 'zod';
import { timerDuration } from '../../duration.ts';
import { artifactsUrl } from '../artifacts.ts';
import { notes } from '../notes.ts';
import { redisServers } from '../redis-servers.ts';
import { urlWith, wholeNumber } from '../values.ts';

/** Redis, Postgres and the store of artifacts. */
export const stores = {
  REDIS_URL: redisServers.meta(
    notes(
      'Redis or Valkey, version 6.2 or later, with `maxmemory-policy noeviction`. Of a cluster, some of its nodes, separated by commas. `npm start` starts one when this is unset.',
      {
        example: 'redis://localhost:6379',
        secret: true,
      },
    ),
  ),
  REDIS_CLUSTER: z
    .stringbool({ error: 'expected true or false' })
    .prefault('false')
    .meta(
      notes(
        'Whether REDIS_URL leads to a Redis Cluster. One node of it would do; name several, for one may be gone when a process starts.',
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
};
