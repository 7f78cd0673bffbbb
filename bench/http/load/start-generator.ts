import { Agent, request } from 'undici';
import { freePort } from '../../../scripts/stack/ports.ts';
import { untilReady } from '../../../scripts/stack/readiness.ts';
import { startProgram } from '../../processes.ts';
import type { Resources } from '../../run-bench.ts';
import type { Outcome, Run } from './run.ts';
import type { Wait, Waited } from './wait.ts';

/** Makes load in a process of its own, one run at a time. */
export interface Generator {
  /** @throws Error when a request failed or was not answered as the run demands. */
  make(run: Run): Promise<Outcome>;
  /** Resolves when all requests are on their way; the answers come later. */
  wait(wait: Wait): Promise<void>;
  /** Resolves when every request of the last {@link Generator.wait} was answered or has failed. */
  waited(): Promise<Waited>;
}

export const startGenerator = async (resources: Resources): Promise<Generator> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await startProgram(
    resources,
    { name: 'load generator', entry: 'bench/http/load/generator.ts', env: { PORT: String(port) } },
    (ended) => untilReady(`${url}/ready`, { signal: ended }),
  );
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  resources.defer(() => dispatcher.destroy());

  const tell = async (action: string, what: object): Promise<unknown> => {
    const body = JSON.stringify(what);
    const answer = await request(`${url}${action}`, { method: 'POST', body, dispatcher });
    const outcome = await answer.body.json();
    if (answer.statusCode !== 200) throw new Error(String(outcome));
    return outcome;
  };
  return {
    make: async (run) => (await tell('/run', run)) as Outcome,
    wait: async (wait) => void (await tell('/wait', wait)),
    waited: async () => (await tell('/waited', {})) as Waited,
  };
};
