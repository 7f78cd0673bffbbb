import type { Component } from '../lifecycle/stack.ts';
import type { Check } from './checks.ts';

/**
 * Whether everything before it in the stack has started. It lets a process listen first, so that a
 * taken port stops it before it has claimed any work, and be ready last.
 */
export const createReadiness = (): { check: Check; component: Component } => {
  let isReady = false;
  return {
    check: async () => {
      if (!isReady) throw new Error('the process is starting or stopping');
    },
    component: {
      name: 'readiness',
      start: async () => {
        isReady = true;
      },
      stop: async () => {
        isReady = false;
      },
    },
  };
};
