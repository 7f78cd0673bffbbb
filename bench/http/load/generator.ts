// Makes load, in a process of its own, as told over HTTP: the body of a POST says what.
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { toError } from '../../../packages/shared/src/errors.ts';
import { makeLoad } from './make-load.ts';
import type { Run } from './run.ts';
import { startWaiting, type Wait, type Waited } from './wait.ts';

let waiting: Promise<Waited> | undefined;

const actions: Record<string, (request: IncomingMessage) => Promise<unknown>> = {
  '/ready': async () => 'ready',
  '/run': async (request) => makeLoad((await json(request)) as Run),
  '/wait': async (request) => {
    const started = await startWaiting((await json(request)) as Wait);
    waiting = started.over;
    return 'all wait';
  },
  '/waited': async () => waiting,
};

const server = createServer(async (request, response) => {
  try {
    const outcome = await actions[request.url ?? '']?.(request);
    response.end(JSON.stringify(outcome));
  } catch (thrown) {
    response.writeHead(500).end(JSON.stringify(toError(thrown).message));
  }
});
// A run takes as long as it takes.
server.requestTimeout = 0;
server.listen(Number(process.env['PORT']), '127.0.0.1');
