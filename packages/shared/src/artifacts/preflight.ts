import type { Component } from '../lifecycle/stack.ts';
import type { Log } from '../log.ts';
import type { ArtifactStore } from './store.ts';

/**
 * Fails the start of a process whose artifact store says no: a wrong bucket, region or access key. One
 * that cannot be reached is warned of: it may come back, and jobs that need it are retried.
 */
export const artifactPreflight = (store: ArtifactStore, log: Log): Component => ({
  name: 'artifact preflight',
  start: async () => {
    const reason = await store.check();
    if (reason !== undefined) log.warn({ reason }, 'the artifact store cannot be reached');
  },
  stop: async () => undefined,
});
