import type { Requests } from './load/run.ts';
import type { Generator } from './load/start-generator.ts';
import { processorSecondsOf, processorSecondsOfAll } from './processor-time.ts';

/** A way to have requests answered. */
export interface Contender {
  readonly name: string;
  /** Process of the server. */
  readonly pid: number;
  readonly requests: Requests;
  /** Comes before each slice. */
  readonly prepare: () => Promise<void>;
  /** Comes after each slice. @throws Error when the answers were not true. */
  readonly verify: (answers: number) => Promise<void>;
}

/** What was measured while one contender was under load. Processor times are seconds. */
export interface Slice {
  readonly answers: number;
  readonly seconds: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  readonly processor: {
    readonly server: number;
    readonly redis: number;
    readonly generator: number;
    /** Everything else that ran on the machine. */
    readonly others: number;
  };
  readonly sample: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

export interface Setting {
  readonly generator: Generator;
  readonly redisPid: number;
}

/** Puts a contender under load for a while. */
export const takeSlice = async (
  { generator, redisPid }: Setting,
  { pid, requests, prepare, verify }: Contender,
  { connections, ms }: { connections: number; ms: number },
): Promise<Slice> => {
  await prepare();
  const read = async () => ({
    server: await processorSecondsOf(pid),
    redis: await processorSecondsOf(redisPid),
    all: processorSecondsOfAll(),
  });
  const before = await read();
  const outcome = await generator.make({ requests, connections, until: { ms } });
  const after = await read();
  await verify(outcome.answers);

  const server = after.server - before.server;
  const redis = after.redis - before.redis;
  const { answers, seconds, latencyMs, cpuSeconds, sample } = outcome;
  const others = Math.max(0, after.all - before.all - server - redis - cpuSeconds);
  const processor = { server, redis, generator: cpuSeconds, others };
  return { answers, seconds, latencyMs, processor, sample };
};
