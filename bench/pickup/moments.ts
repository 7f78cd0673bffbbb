import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { deadlineIn, within } from '../../packages/shared/src/lifecycle/deadline.ts';
import type { Resources } from '../run-bench.ts';
import type { Moment } from './observer.ts';

/** Longest wait for a worker to report; it takes some milliseconds unless the worker is dead. */
const reportTimeoutMs = 10_000;

/** Hears what the workers report; each moment can be asked for once, before or after it has come. */
export interface Moments {
  /** Where the workers report to. */
  readonly port: number;
  /**
   * Nanoseconds on the clock of `process.hrtime.bigint()`.
   * @throws CodedError `deadline-exceeded` when no worker reports it.
   */
  of(moment: Moment, id: string): Promise<bigint>;
}

export const hearMoments = async (resources: Resources): Promise<Moments> => {
  const moments = new Map<string, PromiseWithResolvers<bigint>>();
  const entry = (key: string) => {
    const known = moments.get(key) ?? Promise.withResolvers<bigint>();
    moments.set(key, known);
    return known;
  };

  const workers = new Set<Socket>();
  const server = createServer((worker) => {
    workers.add(worker);
    worker.on('error', () => undefined);
    createInterface({ input: worker }).on('line', (line) => {
      const [moment, id, at = '0'] = line.split(' ');
      entry(`${moment} ${id}`).resolve(BigInt(at));
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
    of: async (moment, id) => {
      const key = `${moment} ${id}`;
      const what = `hearing from a worker: ${key.trim()}`;
      const at = await within(deadlineIn(reportTimeoutMs), what, entry(key).promise);
      moments.delete(key);
      return at;
    },
  };
};
