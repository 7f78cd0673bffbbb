import { each, type PromiseCheck } from './promise.ts';

/** That what failed for good is in the dead letters. */
export const burying: readonly PromiseCheck[] = [
  {
    promise: 'every failed job is in the dead letters',
    breaches: ({ shown, deadLetters }) =>
      deadLetters &&
      each(shown.values(), ({ id, status }) =>
        status === 'failed' && !deadLetters.has(id) ? id : undefined,
      ),
  },
  {
    promise: 'no other job is in the dead letters',
    breaches: ({ shown, deadLetters }) =>
      deadLetters &&
      each(deadLetters, (id) => {
        const status = shown.get(id)?.status;
        return status === 'failed' ? undefined : `${id} is ${status}`;
      }),
  },
];
