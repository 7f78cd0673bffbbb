import type { Component } from './stack.ts';

/** Several alike components as one: they start at once and stop at once. */
export const together = (name: string, components: readonly Component[]): Component => {
  const all = async (act: (component: Component) => Promise<void>) => {
    const outcomes = await Promise.allSettled(components.map(act));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  };
  return {
    name,
    start: () => all((component) => component.start()),
    stop: (deadline) => all((component) => component.stop(deadline)),
    hurry: () => {
      for (const component of components) component.hurry?.();
    },
  };
};
