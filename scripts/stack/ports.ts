import { createServer, type Server } from 'node:net';

const listen = (host: string, port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });

const close = (server: Server) => new Promise((resolve) => server.close(resolve));

/** A port of 127.0.0.1 that nobody listens on at this moment, given out by the system. */
export const freePort = async (): Promise<number> => {
  const server = await listen('127.0.0.1', 0);
  const address = server.address();
  await close(server);
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
};

/** A port that is to be listened on, and the environment variable that sets it. */
export interface WantedPort {
  readonly variable: string;
  readonly port: number;
}

export interface UnusablePort extends WantedPort {
  /** Code of the system's refusal: EADDRINUSE, EACCES, EADDRNOTAVAIL … */
  readonly reason: string;
}

/** Those of the ports that cannot be listened on; a port wanted twice is one of them. */
export const unusablePorts = async (
  host: string,
  wanted: readonly WantedPort[],
): Promise<UnusablePort[]> => {
  const servers: Server[] = [];
  const unusable: UnusablePort[] = [];
  for (const want of wanted) {
    try {
      servers.push(await listen(host, want.port));
    } catch (err) {
      unusable.push({ ...want, reason: (err as NodeJS.ErrnoException).code ?? String(err) });
    }
  }
  await Promise.all(servers.map(close));
  return unusable;
};
