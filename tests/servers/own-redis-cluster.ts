import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { EmbeddedServer } from '../../scripts/stack/embedded-server.ts';
import { freePort, unusablePorts } from '../../scripts/stack/ports.ts';
import { startRedis } from '../../scripts/stack/redis.ts';

const pollMs = 50;

/** Three primaries can outvote the loss of one of them. */
const primaries = 3;
const slots = 16_384;

/** The nodes talk to one another on the port that is higher by this much. */
const busOffset = 10_000;
const highestPort = 65_535;

/** Silence of a node that others take for its death: longer than a busy machine holds one up. */
const nodeTimeoutMs = 3_000;

/** A node of a cluster, with a connection to look at it. */
export interface ClusterNode {
  readonly redis: Redis;
  readonly address: string;
  /** `kill -9`. */
  crash(): Promise<void>;
  /** Answers nothing until what it returns is called. */
  hang(): () => void;
}

/** A Redis Cluster of a test's own: three primaries, each with a replica where that is asked for. */
export interface OwnRedisCluster extends AsyncDisposable {
  /** URLs of all nodes, separated by commas. */
  readonly url: string;
  readonly nodes: readonly ClusterNode[];
  /** The primary that holds a key. */
  primaryOf(key: string): Promise<ClusterNode>;
  /** Resolves when the replicas of a node have all that it has. */
  replicated(node: ClusterNode): Promise<void>;
}

interface OwnNode extends ClusterNode {
  readonly url: string;
  stop(): Promise<void>;
}

const freePair = async (): Promise<number> => {
  for (;;) {
    const port = await freePort();
    const bus = { variable: 'bus', port: port + busOffset };
    if (bus.port > highestPort) continue;
    if ((await unusablePorts('127.0.0.1', [bus])).length === 0) return port;
  }
};

const attempts = 5;

/** Somebody else may take one of the ports meanwhile. */
const startNode = async (options: {
  dataDir: string;
  password: string;
}): Promise<EmbeddedServer> => {
  const { dataDir, password } = options;
  await mkdir(dataDir, { mode: 0o700, recursive: true });
  await writeFile(join(dataDir, 'password'), password, { mode: 0o600 });
  const more = {
    masterauth: password,
    'cluster-enabled': 'yes',
    'cluster-node-timeout': String(nodeTimeoutMs),
    // A replica takes over however long it has heard nothing: on a busy machine that may be long.
    'cluster-replica-validity-factor': '0',
    'repl-diskless-sync-delay': '0',
    // Nor is a node to wait for the disk: others would take it for dead.
    appendfsync: 'no',
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startRedis({ dataDir, port: await freePair(), more });
    } catch (err) {
      if (attempt === attempts) throw err;
    }
  }
};

const until = async (what: () => Promise<boolean>): Promise<void> => {
  while (!(await what())) await sleep(pollMs);
};

const infoOf = async (redis: Redis): Promise<ReadonlyMap<string, string>> => {
  const text = `${await redis.info()}\r\n${String(await redis.call('CLUSTER', 'INFO'))}`;
  const fields = text.split('\r\n').map((line) => line.split(/:(.*)/s));
  return new Map(fields.map(([name = '', value = '']) => [name, value]));
};

const serve = async (nodes: readonly ClusterNode[]): Promise<void> => {
  const share = Math.ceil(slots / nodes.length);
  for (const [n, { redis }] of nodes.entries()) {
    const from = n * share;
    const own = Array.from({ length: Math.min(share, slots - from) }, (_, slot) => from + slot);
    await redis.cluster('SET-CONFIG-EPOCH', n + 1);
    await redis.cluster('ADDSLOTS', ...own);
  }
};

const meet = async (nodes: readonly ClusterNode[]): Promise<void> => {
  const [first, ...others] = nodes as [ClusterNode, ...ClusterNode[]];
  for (const { redis } of others) {
    await first.redis.cluster('MEET', '127.0.0.1', Number(redis.options.port));
  }
  const knowsAll = async ({ redis }: ClusterNode) => {
    const known = String(await redis.call('CLUSTER', 'NODES'))
      .trim()
      .split('\n');
    return known.length === nodes.length && !known.some((line) => line.includes('handshake'));
  };
  for (const node of nodes) await until(() => knowsAll(node));
};

const replicate = async (
  leaders: readonly ClusterNode[],
  copies: readonly ClusterNode[],
): Promise<void> => {
  for (const [n, { redis }] of copies.entries()) {
    const leader = leaders[n] as ClusterNode;
    await redis.cluster('REPLICATE', String(await leader.redis.call('CLUSTER', 'MYID')));
  }
  const isCopying = async ({ redis }: ClusterNode) =>
    (await infoOf(redis)).get('master_link_status') === 'up';
  for (const copy of copies) await until(() => isCopying(copy));
};

const toNode = async (options: { dataDir: string; password: string }): Promise<OwnNode> => {
  const server = await startNode(options);
  const { port, url } = server;
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  return {
    redis,
    url,
    address: `127.0.0.1:${port}`,
    crash: async () => {
      redis.disconnect();
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
    },
    hang: () => {
      process.kill(server.pid, 'SIGSTOP');
      return () => void process.kill(server.pid, 'SIGCONT');
    },
    stop: async () => {
      redis.disconnect();
      await server.stop();
    },
  };
};

/** Starts the nodes and makes one cluster of them. */
export const startOwnRedisCluster = async (
  options: { replicas?: boolean } = {},
): Promise<OwnRedisCluster> => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-redis-cluster-'));
  const password = randomBytes(24).toString('base64url');
  const count = options.replicas ? 2 * primaries : primaries;
  const nodes = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      toNode({ dataDir: join(folder, `node-${n}`), password }),
    ),
  );
  const leaders = nodes.slice(0, primaries);
  await serve(leaders);
  await meet(nodes);
  await replicate(leaders, nodes.slice(primaries));
  const isOk = async ({ redis }: ClusterNode) =>
    (await infoOf(redis)).get('cluster_state') === 'ok';
  for (const node of nodes) await until(() => isOk(node));

  const holds = async ({ redis }: ClusterNode, key: string): Promise<boolean> => {
    const answer = await redis.exists(key).then(
      () => true,
      () => false,
    );
    return answer && (await infoOf(redis)).get('role') === 'master';
  };
  return {
    url: nodes.map(({ url }) => url).join(','),
    nodes,
    primaryOf: async (key) => {
      for (const node of nodes) if (await holds(node, key)) return node;
      throw new Error(`no primary holds ${key}`);
    },
    replicated: async ({ redis }) => {
      const isWhole = async () => {
        const info = await infoOf(redis);
        const copied = /offset=(\d+)/.exec(info.get('slave0') ?? '')?.[1];
        return copied === info.get('master_repl_offset');
      };
      await until(isWhole);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
};
