import { CodedError } from '@drover/shared/errors';
import { didYouMean } from '@drover/shared/nearest';
import type { View } from './define-view.ts';

/**
 * Views in an order in which each comes after those that it needs.
 * @throws CodedError `view-unknown` when one needs a view that there is not, `view-cycle`.
 */
export const inOrderOfNeed = (all: readonly View[]): readonly View[] => {
  const byName = new Map(all.map((view) => [view.name, view]));
  const done = new Set<View>();
  const place = (view: View, path: readonly string[]): void => {
    if (done.has(view)) return;
    const way = [...path, view.name];
    if (path.includes(view.name)) {
      const circle = way.slice(way.indexOf(view.name)).join(' → ');
      throw new CodedError('view-cycle', `Views need each other in a circle: ${circle}.`);
    }
    for (const name of view.needs) {
      const needed = byName.get(name);
      if (!needed) {
        const message = `The view "${view.name}" needs "${name}", which is not there.${didYouMean(name, [...byName.keys()])}`;
        throw new CodedError('view-unknown', message);
      }
      place(needed, way);
    }
    done.add(view);
  };
  for (const view of all) place(view, []);
  return [...done];
};

/** A view and those that need it, directly or not, each after what it needs. */
export const withDependents = (ordered: readonly View[], view: View): readonly View[] => {
  const names = new Set([view.name]);
  for (const other of ordered) {
    if (other.needs.some((name) => names.has(name))) names.add(other.name);
  }
  return ordered.filter(({ name }) => names.has(name));
};
