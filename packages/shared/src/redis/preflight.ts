import type { Redis } from 'ioredis';
import { CodedError } from '../errors.ts';

/** Oldest version with what BullMQ's scripts and ours use. */
export const minimumRedisVersion = '6.2.0';

const olderThan = (version: string, minimum: string): boolean =>
  version.localeCompare(minimum, 'en', { numeric: true }) < 0;

const field = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];

/**
 * Refuses a server on which jobs would be lost or scripts would fail.
 * @returns what is not as it should be, but may be meant so: there are other ways to be safe.
 * @throws CodedError `redis-too-old` or `redis-evicts`, saying what to change.
 */
export const checkRedis = async (redis: Pick<Redis, 'info'>): Promise<readonly string[]> => {
  const info = await redis.info();
  const version = field(info, 'redis_version') ?? '0';
  if (olderThan(version, minimumRedisVersion)) {
    throw new CodedError(
      'redis-too-old',
      `Redis ${version} is too old: Drover needs ${minimumRedisVersion} or later (or Valkey).`,
    );
  }
  const policy = field(info, 'maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    throw new CodedError(
      'redis-evicts',
      `Redis may throw jobs away: its maxmemory-policy is "${policy}". Set it to noeviction ` +
        '(CONFIG SET maxmemory-policy noeviction, and in redis.conf).',
    );
  }
  return field(info, 'aof_enabled') === '0'
    ? [
        'Redis keeps no append-only file: should it die, jobs that were accepted are lost. ' +
          'Set appendonly to yes.',
      ]
    : [];
};
