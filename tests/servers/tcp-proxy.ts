import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** A proxy before a store, for the faults that a network has and a server does not. */
export interface TcpProxy extends AsyncDisposable {
  /** The store's URL, through the proxy. */
  readonly url: string;
  /** The connections that there are stay open and carry nothing any more; new ones work. */
  silence(): void;
  /** Refuses new connections and ends those that there are. */
  cut(): Promise<void>;
}

export const startProxy = async (storeUrl: string): Promise<TcpProxy> => {
  const target = new URL(storeUrl);
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer((client) => {
    const store = connect(Number(target.port), target.hostname);
    const pair = [client, store] as const;
    pairs.add(pair);
    client.pipe(store);
    store.pipe(client);
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

  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const [client, store] of pairs) {
      client.destroy();
      store.destroy();
    }
    await closed;
  };
  return {
    url: url.href,
    silence: () => {
      for (const [client, store] of pairs) {
        client.unpipe(store).resume();
        store.unpipe(client).resume();
      }
    },
    cut,
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await cut();
    },
  };
};
