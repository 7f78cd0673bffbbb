import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Config } from '../config.ts';
import { listenError } from '../http/listen-error.ts';
import { createServer } from '../http/node-http.ts';
import type { Component } from '../lifecycle/stack.ts';
import { refusalOfMetrics } from '../metrics/access.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { type Check, type Checks, diskCheck, memoryCheck } from './checks.ts';
import { answerProbe, type Probe, type ProbeChecks, probes } from './probes.ts';

const isProbe = (name: string | undefined): name is Probe => probes.includes(name as Probe);

const listen = async (server: Server, host: string, port: number) => {
  server.listen(port, host);
  await once(server, 'listening');
};

interface MetricsParts {
  metrics: Metrics;
  /** What must be sent to read them; undefined: nothing. */
  token: string | undefined;
}

const sendMetrics = async (
  { headers }: IncomingMessage,
  response: ServerResponse,
  { metrics, token }: MetricsParts,
): Promise<void> => {
  const refusal = refusalOfMetrics(headers, token);
  if (refusal) {
    response.writeHead(refusal === 'token-needed' ? 401 : 403).end(`${refusal}\n`);
    return;
  }
  const text = await metrics.text();
  response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
  response.end(text);
};

/** The small HTTP server of processes that have no API: `/live`, `/ready`, `/health`, `/metrics`. */
const healthServer = (options: {
  host: string;
  port: number;
  /** Variable that sets the port, for the error message. */
  variable: string;
  checks: ProbeChecks;
  metrics: MetricsParts | undefined;
}): Component => {
  const { metrics } = options;
  const paths = [...probes, ...(metrics ? ['metrics'] : [])].map((name) => `/${name}`);
  const server = createServer((request, response) => {
    const [path = '', query] = request.url?.split('?') ?? [];
    const name = path.slice(1);
    const check = new URLSearchParams(query).get('check') ?? undefined;
    const respond = (statusCode: number, body: unknown) => {
      response.writeHead(statusCode, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
      response.end(`${JSON.stringify(body)}\n`);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return respond(405, {});
    if (name === 'metrics' && metrics) {
      sendMetrics(request, response, metrics).catch(() => response.destroy());
      return;
    }
    if (!isProbe(name)) return respond(404, { probes: paths });
    void answerProbe(name, options.checks, check).then(({ statusCode, report }) =>
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
    /** What `/metrics` answers; default nothing. */
    metrics?: Metrics | undefined;
  },
): Component => {
  const { port, variable, checks, readiness, ready = {}, live = {}, metrics } = options;
  return healthServer({
    host: config.host,
    port,
    variable,
    metrics: metrics && { metrics, token: config.metrics.token },
    checks: {
      live,
      ready: { process: readiness, redis: checks.redis, ...ready },
      health: { ...live, ...checks, disk: diskCheck(config), memory: memoryCheck(config) },
    },
  });
};
