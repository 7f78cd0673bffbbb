import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Resources } from '../run-bench.ts';
import { type Contender, value } from './contender.ts';

const body = JSON.stringify({ type: 'demo.echo', payload: { value } });
const headers = {
  authorization: 'Bearer dev',
  'content-type': 'application/json',
  'content-length': Buffer.byteLength(body),
};

/** Drover over HTTP, one connection kept alive; acknowledged when the headers of the 202 are here. */
export const droverClient = (resources: Resources, url: string): Contender => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  resources.defer(() => agent.destroy());

  return {
    submit: async () => {
      const sentAt = process.hrtime.bigint();
      const submission = request(`${url}/jobs`, { method: 'POST', agent, headers }).end(body);
      const [answer] = (await once(submission, 'response')) as [IncomingMessage];
      const acknowledgedAt = process.hrtime.bigint();
      const content = await text(answer);
      if (answer.statusCode !== 202) throw new Error(`POST /jobs: ${answer.statusCode} ${content}`);
      return { id: String(JSON.parse(content).id), sentAt, acknowledgedAt };
    },
  };
};
