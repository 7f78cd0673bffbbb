import { isTerminal } from '../../../packages/jobs/src/contract/job-resource.ts';
import { type Evidence, entriesOf } from '../evidence/evidence.ts';
import { each, type PromiseCheck } from './promise.ts';

const idsByWish = ({ stored }: Evidence): Map<number, string[]> =>
  new Map(
    [...Map.groupBy(stored.values(), ({ n }) => n)].map(([n, jobs]) => [
      n,
      jobs.map(({ id }) => id),
    ]),
  );

/** That what was accepted is kept, once, and reaches one end. */
export const keeping: readonly PromiseCheck[] = [
  {
    promise: 'every wish was accepted in the end',
    breaches: ({ wishes, accepted, entries }) => [
      ...each(entriesOf(entries, 'refused'), ({ n, why }) => `${n} was refused: ${why}`),
      ...each(wishes, ([n, { wish }]) =>
        wish.kind === 'probe' || accepted.has(n) ? undefined : `${n} was never accepted`,
      ),
    ],
  },
  {
    promise: 'no accepted job is missing',
    breaches: ({ accepted, shown, entries }) => [
      ...each(accepted, ([n, ids]) => {
        const missing = [...ids].filter((id) => !shown.has(id));
        return missing.length > 0 ? `${missing.join(', ')} for ${n}` : undefined;
      }),
      ...each(entriesOf(entries, 'seen'), ({ id, status }) =>
        status === 'missing' ? `${id} was missing for a while` : undefined,
      ),
    ],
  },
  {
    promise: 'every job has ended, and is kept in one place',
    breaches: ({ shown, stored }) => [
      ...each(shown.values(), ({ id, status }) =>
        isTerminal(status) ? undefined : `${id} is ${status}`,
      ),
      ...each(stored.values(), ({ id, places }) =>
        places.length === 1 ? undefined : `${id} is in ${places.join(' and ') || 'no place'}`,
      ),
    ],
  },
  {
    promise: 'a final status never changes',
    breaches: ({ shown, entries }) =>
      each(entriesOf(entries, 'seen'), ({ id, status }) => {
        const now = shown.get(id)?.status;
        return now === status || status === 'missing'
          ? undefined
          : `${id} was seen ${status} and is ${now}`;
      }),
  },
  {
    promise: 'an idempotency key makes one job',
    breaches: (evidence) => {
      const ids = idsByWish(evidence);
      return each(evidence.wishes, ([n, { isKeyed }]) => {
        const those = new Set([...(ids.get(n) ?? []), ...(evidence.accepted.get(n) ?? [])]);
        return isKeyed && those.size > 1 ? `${n} has ${[...those].join(', ')}` : undefined;
      });
    },
  },
  {
    promise: 'without a key, only a lost answer leaves a second job',
    breaches: (evidence) => {
      const { unknowns, accepted } = evidence;
      return each(idsByWish(evidence), ([n, ids]) => {
        const most = (unknowns.get(n) ?? 0) + (accepted.get(n)?.size ?? 0);
        return ids.length <= most ? undefined : `${n} has ${ids.length} jobs, ${most} at most`;
      });
    },
  },
];
