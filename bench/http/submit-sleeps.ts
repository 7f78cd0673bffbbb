import { Agent, request } from 'undici';
import { tenantHeaders } from './tenant.ts';

const connections = 20;

/** Submits a `demo.sleep` for each duration, in milliseconds; resolves with the ids, in that order. */
export const submitSleeps = async (
  origin: string,
  durations: readonly number[],
): Promise<string[]> => {
  const dispatcher = new Agent({ connections });
  const headers = { ...tenantHeaders, 'content-type': 'application/json' };
  const ids = await Promise.all(
    durations.map(async (ms) => {
      const body = JSON.stringify({ type: 'demo.sleep', payload: { ms } });
      const answer = await request(`${origin}/jobs`, { method: 'POST', headers, body, dispatcher });
      const content = await answer.body.text();
      if (answer.statusCode !== 202) throw new Error(`POST /jobs: ${answer.statusCode} ${content}`);
      return String(JSON.parse(content).id);
    }),
  );
  await dispatcher.close();
  return ids;
};
