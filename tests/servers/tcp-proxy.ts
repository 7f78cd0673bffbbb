import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { PassThrough, Transform } from 'node:stream';

/** A proxy before a store, for the faults that a network has and a server does not. */
export interface TcpProxy extends AsyncDisposable {
  /** The store's URL, through the proxy. */
  readonly url: string;
  /** The connections that there are stay open and carry nothing any more; new ones work. */
  silence(): void;
  /**
   * The same for new connections too, until {@link TcpProxy.restore}; the oldest `spared` connections
   * go on working, by default none.
   */
  isolate(spared?: number): void;
  /** New connections work again; those that fell silent never will. */
  restore(): void;
  /** Ends the connections that there are; new ones work. */
  drop(): void;
  /** Refuses new connections and ends those that there are. */
  cut(): Promise<void>;
}

/** Lets everything through so much later, in its order. */
const delay = (ms: number) =>
  ms === 0
    ? new PassThrough()
    : new Transform({
        transform(chunk, _encoding, done) {
          setTimeout(() => this.push(chunk), ms);
          done();
        },
      });

/** @param options.latencyMs how much longer each direction takes; default 0. */
export const startProxy = async (
  storeUrl: string,
  { latencyMs = 0 }: { latencyMs?: number } = {},
): Promise<TcpProxy> => {
  const target = new URL(storeUrl);
  const pairs = new Set<readonly [Socket, Socket]>();
  let isIsolated = false;
  const silencePair = ([client, store]: readonly [Socket, Socket]) => {
    client.unpipe().resume();
    store.unpipe().resume();
  };
  const server = createServer((client) => {
    const store = connect(Number(target.port), target.hostname);
    const pair = [client, store] as const;
    pairs.add(pair);
    client.pipe(delay(latencyMs)).pipe(store);
    store.pipe(delay(latencyMs)).pipe(client);
    if (isIsolated) silencePair(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        for (const each of pair) each.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const url = new URL(storeUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);

  const drop = () => {
    for (const [client, store] of pairs) {
      client.destroy();
      store.destroy();
    }
  };
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    drop();
    await closed;
  };
  const silence = () => {
    for (const pair of pairs) silencePair(pair);
  };
  return {
    url: url.href,
    silence,
    isolate: (spared = 0) => {
      isIsolated = true;
      for (const pair of [...pairs].slice(spared)) silencePair(pair);
    },
    restore: () => {
      isIsolated = false;
    },
    drop,
    cut,
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await cut();
    },
  };
};
