import { didYouMean } from '@drover/shared/nearest';
import { z } from 'zod';

/** Schema of a name that must be registered; another one is refused with the nearest that is. */
export const knownName = (what: string, names: readonly string[]) =>
  z.enum(names as readonly [string, ...string[]], {
    error: ({ input }) => {
      if (typeof input !== 'string') return `expected the name of a ${what}`;
      const name = input.slice(0, 100);
      return `there is no ${what} "${name}".${didYouMean(name, names)}`;
    },
  });
