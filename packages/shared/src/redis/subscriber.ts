import type { Redis } from 'ioredis';
import { createConnection, reconnectDelayMs, type ServerOptions } from './connections.ts';
import { parseServers, type RedisServers, redisUrls } from './servers.ts';

type Node = RedisServers['nodes'][number];

/** A node that hangs would leave us without messages, and unaware of it: it is asked this often, in ms. */
const pingMs = 5_000;

const isSame = (one: Node) => (other: Node) => one.host === other.host && one.port === other.port;

/** What CLUSTER SLOTS says: first and last slot, then the nodes that serve these. */
type Slots = readonly (readonly [number, number, ...(readonly [string | null, number])[]])[];

/** All nodes of the cluster that the connection is to. @throws connection errors. */
const nodesAround = async (redis: Redis): Promise<Node[]> => {
  const slots = (await redis.cluster('SLOTS')) as unknown as Slots;
  return slots.flatMap(([, , ...nodes]) =>
    nodes.flatMap(([host, port]) => (host ? [{ host, port: Number(port) }] : [])),
  );
};

/**
 * A connection to one node of a cluster, and to another when that one is lost: whatever is published is
 * told on all of them.
 */
const toAnyNode = (options: ServerOptions): Redis => {
  const seeds = parseServers(options.url).nodes;
  let others: readonly Node[] = seeds;
  let turn = Math.floor(Math.random() * seeds.length);
  let timer: NodeJS.Timeout | undefined;
  const next = (): Node => others[turn++ % others.length] as Node;

  const redis = createConnection({
    ...options,
    url: redisUrls(options.url)[0] as string,
    purpose: 'producer',
    settings: {
      ...next(),
      retryStrategy: (attempt) => {
        // Where the next attempt connects to.
        Object.assign(redis.options, next());
        return reconnectDelayMs(attempt);
      },
    },
  });
  redis.on('ready', () => {
    const { host, port } = redis.options;
    const isOurs = isSame({ host: host ?? '', port: port ?? 0 });
    const learn = async () => {
      const known = [...(await nodesAround(redis)), ...seeds];
      const distinct = known.filter((node, n) => known.findIndex(isSame(node)) === n);
      // The node itself comes last: it will have been lost.
      others = [...distinct.filter((node) => !isOurs(node)), ...distinct.filter(isOurs)];
      turn = 0;
    };
    learn().catch(() => undefined);
    clearInterval(timer);
    timer = setInterval(() => void redis.ping().catch(() => undefined), pingMs);
  });
  redis.on('close', () => clearInterval(timer));
  return redis;
};

/** The connection that a process listens to channels on; nothing is resubscribed by itself. */
export const createSubscriber = (options: ServerOptions): Redis =>
  options.cluster ? toAnyNode(options) : createConnection({ ...options, purpose: 'producer' });
