import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resources } from '../run-bench.ts';

const pollMs = 20;
const patienceMs = 10_000;

/** Hears from the workers when jobs start. */
export interface Starts {
  /** Where the workers report to. */
  readonly port: number;
  /**
   * When each of these jobs started, in nanoseconds of `process.hrtime.bigint()`; forgets them.
   * @throws Error when some have not within ten seconds.
   */
  of(ids: readonly string[]): Promise<readonly bigint[]>;
}

export const hearStarts = async (resources: Resources): Promise<Starts> => {
  const starts = new Map<string, bigint>();
  const workers = new Set<Socket>();
  const server = createServer((worker) => {
    workers.add(worker);
    worker.on('error', () => undefined);
    createInterface({ input: worker }).on('line', (line) => {
      const [id = '', at = '0'] = line.split(' ');
      starts.set(id, BigInt(at));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  resources.defer(() => {
    server.close();
    for (const worker of workers) worker.destroy();
  });

  return {
    port: (server.address() as AddressInfo).port,
    of: async (ids) => {
      const givesUpAt = performance.now() + patienceMs;
      while (!ids.every((id) => starts.has(id))) {
        if (performance.now() > givesUpAt) throw new Error('jobs have not started');
        await sleep(pollMs);
      }
      const moments = ids.map((id) => starts.get(id) ?? 0n);
      starts.clear();
      return moments;
    },
  };
};
