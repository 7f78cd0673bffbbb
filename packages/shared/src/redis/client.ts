import type { Cluster, Redis } from 'ioredis';

/** A connection to one Redis, or the connections to the nodes of a Redis Cluster. */
export type RedisClient = Redis | Cluster;

export const isCluster = (redis: RedisClient): redis is Cluster => redis.isCluster;

/** What can be written to: the one server, or the primaries of a cluster as far as they are known. */
export const primariesOf = (redis: RedisClient): readonly Redis[] =>
  isCluster(redis) ? redis.nodes('master') : [redis];

/** Where a node is: `10.0.0.1:6379`. */
export const addressOf = ({ options }: Redis): string => `${options.host}:${options.port}`;
