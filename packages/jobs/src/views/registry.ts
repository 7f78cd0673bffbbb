import { CodedError } from '@drover/shared/errors';
import type { View } from './define-view.ts';
import { jobStats } from './job-stats.ts';
import { jobStatsDaily } from './job-stats-daily.ts';
import { jobTotals } from './job-totals.ts';
import { orderDetails } from './order-details.ts';
import { inOrderOfNeed, withDependents } from './order-of-views.ts';
import { salesByRegion } from './sales-by-region.ts';

/** Views by name. */
export interface Views {
  get(name: string): View | undefined;
  /** Each after those that it needs. */
  readonly all: readonly View[];
  readonly names: readonly string[];
  /** A view and those that need it, directly or not, each after what it needs. */
  withDependents(view: View): readonly View[];
}

/**
 * @throws CodedError `view-duplicate` when two definitions claim one name, `view-unknown` when one needs a
 *   view that there is not, `view-cycle` when views need each other in a circle.
 */
export const createViews = (all: readonly View[]): Views => {
  const byName = new Map<string, View>();
  for (const view of all) {
    if (byName.has(view.name)) {
      throw new CodedError('view-duplicate', `Two views are named "${view.name}".`);
    }
    byName.set(view.name, view);
  }
  const ordered = inOrderOfNeed(all);
  return {
    get: (name) => byName.get(name),
    all: ordered,
    names: [...byName.keys()],
    withDependents: (view) => withDependents(ordered, view),
  };
};

/** Every view there is. A new one takes a file beside this one and a line here. */
export const views = createViews([salesByRegion, orderDetails, jobStats, jobTotals, jobStatsDaily]);
