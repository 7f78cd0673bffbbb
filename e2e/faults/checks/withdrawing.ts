import { type Evidence, entriesOf } from '../evidence/evidence.ts';
import { each, type PromiseCheck } from './promise.ts';

const startOf = (evidence: Evidence, id: string): number =>
  Math.min(...(evidence.runs.get(id) ?? []).map(({ start }) => start.at));

/** That what is not to run, or not yet, does not. */
export const withdrawing: readonly PromiseCheck[] = [
  {
    promise: 'a job that was canceled before it began is canceled',
    breaches: ({ entries, shown }) =>
      each(entriesOf(entries, 'canceled'), ({ id, status }) => {
        const now = shown.get(id)?.status;
        return status !== 200 || now === 'canceled' ? undefined : `${id} is ${now}`;
      }),
  },
  {
    promise: 'canceling is answered 200, 202 or 409',
    breaches: ({ entries }) =>
      each(entriesOf(entries, 'canceled'), ({ id, status }) =>
        [200, 202, 409].includes(status) ? undefined : `${id} was answered ${status}`,
      ),
  },
  {
    promise: 'nothing that expired has run',
    breaches: ({ shown, runs }) =>
      each(shown.values(), ({ id, status }) =>
        status === 'expired' && runs.has(id) ? `${id} has run` : undefined,
      ),
  },
  {
    promise: 'nothing runs before its time',
    breaches: (evidence) =>
      each(evidence.shown.values(), ({ id, createdAt, runAt }) => {
        const due = evidence.wishes.get(evidence.stored.get(id)?.n ?? -1)?.wish.options?.delay;
        const early = Date.parse(String(createdAt)) + Number(due ?? 0) - startOf(evidence, id);
        return early > 0 ? `${id} ran ${early} ms before ${runAt}` : undefined;
      }),
  },
];
