import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, isPassing, pauseMs } from '../../../e2e/faults/client/http.ts';
import type { PlannedRequest } from '../../../e2e/faults/client/plan.ts';
import type { Ledger } from '../../../e2e/faults/ledger/ledger.ts';
import { ask } from './ask.ts';

/** After this long without being accepted a wish is given up, in milliseconds. */
const patienceMs = 120_000;

/** Every second submission has a key; the others have to do without. */
export const isKeyed = (n: number): boolean => n % 2 === 0;

const planned = (n: number, run: string): PlannedRequest => ({
  wishes: [{ n, kind: 'plain', type: 'demo.echo', payload: { n, ms: 0 }, ends: ['succeeded'] }],
  isBatch: false,
  ...(isKeyed(n) && { key: `${run}-${n}` }),
  repeated: 'not',
});

/** What an answer that accepts nothing is written down as. */
const describeFailure = ({ status, headers }: Answer): string =>
  headers.has('retry-after') ? String(status) : `${status} without Retry-After`;

const submit = async (request: PlannedRequest, url: string, ledger: Ledger): Promise<void> => {
  const { n } = request.wishes[0];
  const body = { type: 'demo.echo', payload: { value: n } };
  const startedAt = performance.now();
  while (performance.now() - startedAt < patienceMs) {
    const { answer, failure } = await ask(`${url}/jobs`, { body, key: request.key });
    const why = answer ? describeFailure(answer) : (failure ?? 'no answer');
    if (answer?.status === 202 || answer?.status === 200) {
      ledger.append({ what: 'accepted', n, id: (answer.body as { id: string }).id });
      return;
    }
    if (!isPassing(answer)) {
      ledger.append({ what: 'refused', n, why });
      return;
    }
    ledger.append({ what: 'unknown', n, why });
    await sleep(pauseMs(answer));
  }
};

/** Submits at a steady rate, whatever becomes of it, until it is told to end. */
export interface SteadyLoad {
  /** Submits nothing new; resolves with what was asked for when all of it is answered. */
  end(): Promise<readonly PlannedRequest[]>;
}

export const startLoad = (options: {
  url: string;
  /** Submissions a second. */
  rate: number;
  ledger: Ledger;
  /** Makes the keys those of this load. */
  run: string;
}): SteadyLoad => {
  const { url, rate, ledger, run } = options;
  const requests: PlannedRequest[] = [];
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  const tick = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * rate;
    while (requests.length < due) {
      const request = planned(requests.length, run);
      requests.push(request);
      const submitted = submit(request, url, ledger).finally(() => underWay.delete(submitted));
      underWay.add(submitted);
    }
  }, 5);
  return {
    end: async () => {
      clearInterval(tick);
      await Promise.all(underWay);
      return requests;
    },
  };
};
