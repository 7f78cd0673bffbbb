import type { z } from 'zod';

/** What a call that changes many things is asked for. */
interface Asked {
  filter?: object | undefined;
  all?: boolean | undefined;
}

/** Refuses a change of many things that has neither a filter nor `all`, or both: all is never meant by chance. */
export const requireFilterOrAll = ({ filter, all }: Asked, context: z.RefinementCtx): void => {
  const hasFilter = Object.values(filter ?? {}).some((value) => value !== undefined);
  if (hasFilter !== (all === true)) return;
  context.addIssue({
    code: 'custom',
    path: hasFilter ? ['all'] : ['filter'],
    message: hasFilter ? 'give a filter or all, not both' : 'give a filter, or "all": true',
  });
};
