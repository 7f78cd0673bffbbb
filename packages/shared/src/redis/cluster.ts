import { Cluster, type ClusterOptions, type Redis, type RedisOptions } from 'ioredis';
import type { Log } from '../log.ts';
import { addressOf } from './client.ts';
import { corkWrites } from './cork.ts';
import { parseServers } from './servers.ts';

/** How long a node may take to say which slots are where, in milliseconds. */
const slotsTimeoutMs = 2_000;

/** Nodes are asked this often who serves what: one that hangs does not say that another took over. In ms. */
const refreshMs = 5_000;

/** How soon a command that must not be lost is tried again while its slot is served by nobody. */
const retryMs = 200;

/** Two nodes may disagree for a moment about who serves a slot, and send a command to and fro. */
const retryOnMovedMs = 20;

/** A producer follows a slot that has moved, and otherwise says at once what is wrong. */
const producerOptions = {
  retryDelayOnFailover: 0,
  retryDelayOnClusterDown: 0,
  maxRedirections: 5,
} satisfies ClusterOptions;

const workerOptions = {
  retryDelayOnFailover: retryMs,
  retryDelayOnClusterDown: retryMs,
  retryDelayOnTryAgain: retryMs,
  retryDelayOnMoved: retryOnMovedMs,
  maxRedirections: Number.MAX_SAFE_INTEGER,
} satisfies ClusterOptions;

/**
 * Lets no command wait for a cluster that is not there, nor for longer than `timeoutMs` for one that is.
 * A node that is just being connected to does keep commands: ioredis would refuse them otherwise whenever
 * it meets a node for the first time.
 */
const failFast = (cluster: Cluster, timeoutMs: number): void => {
  const send = cluster.sendCommand.bind(cluster);
  cluster.sendCommand = (command, ...more) => {
    if (cluster.status !== 'ready' && command.name !== 'cluster') {
      command.reject(new Error('Connection is closed.'));
      return command.promise;
    }
    command.setTimeout(timeoutMs);
    return send(command, ...more);
  };
};

/** Drops what was given up meanwhile: a node that is being connected to keeps commands, and sends them late. */
const sendOnlyWanted = (node: Redis): void => {
  const send = node.sendCommand.bind(node);
  node.sendCommand = (command, stream) =>
    command.isSettled ? command.promise : send(command, stream);
};

/** Learns of nodes that have come, gone, or taken over, also while no command runs into them. */
const followTopology = (cluster: Cluster): void => {
  let timer: NodeJS.Timeout | undefined;
  cluster.on('ready', () => {
    clearInterval(timer);
    timer = setInterval(() => cluster.refreshSlotsCache(), refreshMs);
  });
  cluster.on('close', () => clearInterval(timer));
};

/** Says once when a node is lost and once when it is back, and the same of the whole cluster. */
const logChanges = (cluster: Cluster, log: Log): void => {
  const lost = new Set<string>();
  let isLost = false;
  const isClosing = () => cluster.status === 'disconnecting' || cluster.status === 'end';
  cluster.on('node error', (err: Error, node: string) => {
    if (isClosing()) return;
    if (!lost.has(node)) {
      log.warn({ node, reason: err.message }, 'a node of the Redis Cluster is not reachable');
    }
    lost.add(node);
  });
  cluster.on('+node', (node: Redis) => {
    node.once('ready', () => {
      if (lost.delete(addressOf(node))) {
        log.info({ node: addressOf(node) }, 'a node of the Redis Cluster is reachable again');
      }
    });
  });
  cluster.on('error', (err: Error) => {
    if (!isLost) log.warn({ reason: err.message }, 'Redis is not reachable; reconnecting');
    isLost = true;
  });
  cluster.on('reconnecting', () => {
    if (!isLost) log.warn('Redis closed the connections; reconnecting');
    isLost = true;
  });
  cluster.on('ready', () => {
    if (isLost) log.info('Redis is reachable again');
    isLost = false;
  });
};

type NodeOptions = Pick<
  RedisOptions,
  | 'commandTimeout'
  | 'connectTimeout'
  | 'connectionName'
  | 'keepAlive'
  | 'maxRetriesPerRequest'
  | 'socketTimeout'
>;

/**
 * The connections to a Redis Cluster: one to each of its primaries. The nodes that it is found by need
 * not be there later, except when all connections were lost at once.
 */
export const createCluster = (options: {
  /** URLs, separated by commas. */
  url: string;
  /** Of the connection to each node. `maxRetriesPerRequest` null: commands are kept until they are answered. */
  node: NodeOptions;
  reconnectDelayMs: (attempt: number) => number;
  log: Log;
}): Cluster => {
  const { nodes, username, password, tls } = parseServers(options.url);
  const { commandTimeout } = options.node;
  const keepsCommands = options.node.maxRetriesPerRequest === null;
  const cluster = new Cluster([...nodes], {
    ...(keepsCommands ? workerOptions : producerOptions),
    lazyConnect: true,
    clusterRetryStrategy: options.reconnectDelayMs,
    slotsRefreshTimeout: slotsTimeoutMs,
    // What the state of the cluster is, each command hears from its node; the preflight asks for it.
    enableReadyCheck: false,
    // Names are looked up by each connection: certificates are of names.
    dnsLookup: (host, done) => done(null, host),
    redisOptions: {
      ...options.node,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(tls && { tls: {} }),
    },
  });
  cluster.on('+node', (node: Redis) => {
    corkWrites(node);
    if (!keepsCommands) sendOnlyWanted(node);
    // Before it is needed. Whether it can be reached, its commands will hear.
    if (!node.options.readOnly) node.connect().catch(() => undefined);
  });
  if (!keepsCommands && commandTimeout !== undefined) failFast(cluster, commandTimeout);
  followTopology(cluster);
  logChanges(cluster, options.log);
  return cluster;
};
