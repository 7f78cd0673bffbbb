import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { RunningApi } from './running-api.ts';

/** Names of commands, in lower case and in their order. */
export interface Commands {
  /** What came over a connection. */
  readonly sent: readonly string[];
  /** What scripts ran. */
  readonly inside: readonly string[];
}

/** Redis's own record of what it does, by MONITOR; a line: `+<time> [<db> <source>] "<command>" …`. */
const monitor = (redisUrl: string) => {
  const { port, hostname, password } = new URL(redisUrl);
  const socket = connect(Number(port), hostname);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const until = async (isLast: (line: string) => boolean): Promise<string[]> => {
    const read: string[] = [];
    for (;;) {
      const { value: line, done } = await lines.next();
      if (done) throw new Error('Redis closed the connection');
      if (isLast(line)) return read;
      read.push(line);
    }
  };
  return {
    begin: async () => {
      socket.write(`AUTH ${password}\r\nMONITOR\r\n`);
      for (let answers = 0; answers < 2; answers += 1) await until((line) => line === '+OK');
    },
    until,
    [Symbol.dispose]: () => socket.destroy(),
  };
};

/** What Redis is made to do with the keys of that API while the work is done. */
export const commandsOf = async (
  api: RunningApi,
  work: () => Promise<unknown>,
): Promise<Commands> => {
  using redis = monitor(api.config.redis.url);
  await redis.begin();
  await work();
  const end = randomUUID();
  await api.queues.redis.ping(end);
  const lines = await redis.until((line) => line.includes(end));

  // Other tests use the same server.
  const own = lines.filter((line) => line.includes(`"{${api.config.redis.keyPrefix}-`));
  const namesOf = (each: readonly string[]) =>
    each.map((line) => /\] "([^"]+)"/.exec(line)?.[1]?.toLowerCase() ?? line);
  const isInside = (line: string) => / lua\] "/.test(line);
  return {
    sent: namesOf(own.filter((line) => !isInside(line))),
    inside: namesOf(own.filter(isInside)),
  };
};
