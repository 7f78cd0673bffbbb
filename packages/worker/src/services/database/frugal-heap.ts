import { setFlagsFromString } from 'node:v8';
import { collectGarbage } from '@drover/shared/lifecycle/collect-garbage';

/**
 * How far the heap may grow, in percent of what is in use, before garbage is collected; 0 leaves it to
 * V8, which lets it double and more.
 */
const growBy = (percent: number) => setFlagsFromString(`--heap-growing-percent=${percent}`);

const frugalPercent = 10;

let users = 0;

/**
 * Keeps garbage from piling up for as long as this is not disposed of. A stream of a million rows
 * makes gigabytes of it and needs none: the process would else hold a hundred megabytes more than it
 * uses. It costs a collection at the start, some tens of milliseconds.
 */
export const frugalHeap = (): Disposable => {
  users += 1;
  if (users === 1) {
    growBy(frugalPercent);
    // V8 sets the next limit when it collects, so that a change of the rule shows only after that.
    collectGarbage();
  }
  return {
    [Symbol.dispose]: () => {
      users -= 1;
      if (users === 0) growBy(0);
    },
  };
};
