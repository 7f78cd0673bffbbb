import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Config } from '../config.ts';
import { listenError } from '../http/listen-error.ts';
import type { Component } from '../lifecycle/stack.ts';
import { type Check, type Checks, diskCheck, memoryCheck } from './checks.ts';
import { answerProbe, type Probe, type ProbeChecks, probes } from './probes.ts';

const isProbe = (name: string | undefined): name is Probe => probes.includes(name as Probe);

const listen = async (server: Server, host: string, port: number) => {
  server.listen(port, host);
  await once(server, 'listening');
};

/** The small HTTP server of processes that have no API: `/live`, `/ready`, `/health`. */
const healthServer = (options: {
  host: string;
  port: number;
  /** Variable that sets the port, for the error message. */
  variable: string;
  checks: ProbeChecks;
}): Component => {
  const server = createServer((request, response) => {
    const name = request.url?.split('?')[0]?.slice(1);
    const respond = (statusCode: number, body: unknown) => {
      response.writeHead(statusCode, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
      response.end(`${JSON.stringify(body)}\n`);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return respond(405, {});
    if (!isProbe(name)) return respond(404, { probes: probes.map((probe) => `/${probe}`) });
    void answerProbe(name, options.checks).then(({ statusCode, report }) =>
      respond(statusCode, report),
    );
  });
  return {
    name: 'health-server',
    start: async () => {
      try {
        await listen(server, options.host, options.port);
      } catch (err) {
        throw listenError(err as NodeJS.ErrnoException, options);
      }
    },
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

/** The health server of a worker or a scheduler, which cannot work without Redis. */
export const processHealthServer = (
  config: Config,
  options: {
    port: number;
    variable: string;
    checks: { redis: Check; postgres: Check };
    readiness: Check;
    /** What it needs beside Redis to be ready; default nothing. */
    ready?: Checks;
    /** What a restart would mend; default nothing. */
    live?: Checks;
  },
): Component => {
  const { port, variable, checks, readiness, ready = {}, live = {} } = options;
  return healthServer({
    host: config.host,
    port,
    variable,
    checks: {
      live,
      ready: { process: readiness, redis: checks.redis, ...ready },
      health: { ...live, ...checks, disk: diskCheck(config), memory: memoryCheck(config) },
    },
  });
};
