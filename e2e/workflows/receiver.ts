import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { WebhookEvent } from '../../packages/jobs/src/contract/webhook.ts';
import type { Random } from '../faults/random.ts';

/** An event that was posted, whatever was answered. */
export interface Told {
  webhookId: string;
  event: string;
  /** The job or workflow that it tells of. */
  source: string;
  isAccepted: boolean;
}

/** Receives webhooks, of which it refuses some: these have to come again. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly told: readonly Told[];
}

/** How many of the posts are refused. */
const refusedShare = 0.05;

export const startReceiver = async (random: Random): Promise<Receiver> => {
  const told: Told[] = [];
  const server = createServer(async (request, response) => {
    try {
      const { type: event, data } = (await json(request)) as WebhookEvent;
      const webhookId = String(request.headers['webhook-id']);
      const isAccepted = !random.chance(refusedShare);
      told.push({ webhookId, event, source: String(data['id']), isAccepted });
      response.writeHead(isAccepted ? 204 : 500).end();
    } catch {
      // Whoever posted it was killed in the midst of it.
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    told,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
