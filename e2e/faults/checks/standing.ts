import { entriesOf } from '../evidence/evidence.ts';
import { each, type PromiseCheck } from './promise.ts';

/** That the processes stand what is done to others, and resume by themselves. */
export const standing: readonly PromiseCheck[] = [
  {
    promise: 'no process that was ready dies by itself',
    breaches: ({ entries }) =>
      each(entriesOf(entries, 'exit'), ({ process, how, expected, wasReady }) =>
        expected === '' && wasReady ? `${process} ${how}` : undefined,
      ),
  },
  {
    promise: 'every API takes jobs for every queue again when all is whole',
    breaches: ({ wishes, accepted }) =>
      each(wishes, ([n, { wish }]) =>
        wish.kind === 'probe' && !accepted.has(n) ? `${n} (${wish.type}) was not taken` : undefined,
      ),
  },
];
