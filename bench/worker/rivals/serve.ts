import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { toError } from '../../../packages/shared/src/errors.ts';
import type { Rival } from './rival.ts';

/** What a rival did with a number of jobs. */
export interface Feat {
  readonly seconds: number;
  /** Processor time of its process, in seconds. */
  readonly cpuSeconds: number;
}

const processorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const enqueue = async (rival: Rival, count: number): Promise<Feat> => {
  const cpuBefore = processorTime();
  const startedAt = performance.now();
  await rival.enqueue(count);
  const seconds = (performance.now() - startedAt) / 1_000;
  return { seconds, cpuSeconds: processorTime() - cpuBefore };
};

const execute = async (rival: Rival, count: number): Promise<Feat> => {
  const cpuBefore = processorTime();
  let startedAt: number | undefined;
  await rival.execute(count, () => {
    startedAt ??= performance.now();
  });
  const seconds = (performance.now() - (startedAt ?? Number.NaN)) / 1_000;
  return { seconds, cpuSeconds: processorTime() - cpuBefore };
};

/** Puts a rival at the command of the benchmark: the body of a POST is the number of jobs. */
export const serve = (rival: Rival): void => {
  const actions: Record<string, (request: IncomingMessage) => Promise<unknown>> = {
    '/ready': async () => 'ready',
    '/enqueue': async (request) => enqueue(rival, Number(await json(request))),
    '/execute': async (request) => execute(rival, Number(await json(request))),
  };
  const server = createServer(async (request, response) => {
    try {
      response.end(JSON.stringify(await actions[request.url ?? '']?.(request)));
    } catch (thrown) {
      response.writeHead(500).end(JSON.stringify(toError(thrown).message));
    }
  });
  server.requestTimeout = 0;
  server.listen(Number(process.env['PORT']), '127.0.0.1');
};
