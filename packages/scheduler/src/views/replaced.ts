import { replacedChannel, tagOf } from '@drover/jobs/views/cached-pages';
import { viewListTag } from '@drover/jobs/views/cached-records';
import { invalidateTags } from '@drover/shared/cache/invalidate-tags';
import type { Keys } from '@drover/shared/keys';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { RedisClient } from '@drover/shared/redis/client';
import { listener } from './listen.ts';

/**
 * Takes what is cached of a view away when its rows were replaced past the workers. What is told while
 * nobody listens is put right by the time that pages live.
 */
export const replacedViews = (options: {
  redis: RedisClient;
  keys: Keys;
  /** Of the database. */
  url: string;
  /** Names the process to Postgres. */
  name: string;
  log: Log;
}): Component => ({
  ...listener({
    ...options,
    channels: [replacedChannel],
    onConnect: () => undefined,
    onNotify: (_, view) => {
      invalidateTags(options, [tagOf(view), viewListTag]).catch((err: Error) => {
        options.log.warn({ view, reason: err.message }, 'old rows of a view are cached still');
      });
    },
  }),
  name: 'replaced views',
});
