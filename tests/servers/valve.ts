import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

type Direction = 'upstream' | 'downstream';

/** A proxy that lets through so many bytes and then no more: to stop a program in mid-sentence. */
export interface Valve extends AsyncDisposable {
  /** The target's URL, through the valve. */
  readonly url: string;
  /** Bytes that have come through since it was last set. */
  passed(direction: Direction): number;
  /**
   * From now on lets so many bytes through in each direction, over all connections; the rest is kept
   * back. Resolves when there is something to keep back.
   */
  set(limits: Partial<Record<Direction, number>>): Promise<void>;
  /** Ends all connections; what was kept back is lost. */
  cut(): void;
}

export const startValve = async (targetUrl: string): Promise<Valve> => {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const passed = { upstream: 0, downstream: 0 };
  let limits: Partial<Record<Direction, number>> = {};
  let reached = () => {};

  const pass = (direction: Direction, to: Socket) => (chunk: Buffer) => {
    const left = (limits[direction] ?? Number.POSITIVE_INFINITY) - passed[direction];
    const allowed = chunk.subarray(0, Math.max(0, left));
    if (allowed.length > 0) to.write(allowed);
    passed[direction] += allowed.length;
    if (allowed.length < chunk.length) reached();
  };

  const server = createServer((client) => {
    const store = connect(Number(target.port), target.hostname);
    client.on('data', pass('upstream', store));
    store.on('data', pass('downstream', client));
    for (const socket of [client, store]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        store.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);

  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    passed: (direction) => passed[direction],
    set: (wanted) => {
      passed.upstream = 0;
      passed.downstream = 0;
      limits = wanted;
      return new Promise((resolve) => {
        reached = resolve;
      });
    },
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
