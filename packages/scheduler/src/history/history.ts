import type { Config } from '@drover/shared/config';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { Stores } from '@drover/shared/stores';
import { createDays } from './days.ts';
import { historyJanitor } from './janitor.ts';
import { unrecorded } from './off.ts';
import { historyReconciler } from './reconciler.ts';
import { historyRecorder } from './recording.ts';

/** What keeps the history in Postgres; with HISTORY_DAYS=0, what sees to it that Redis keeps nothing for it. */
export const history = (config: Config, stores: Stores, log: Log): readonly Component[] => {
  const { redis, keys, pool: db, clientName: name } = stores;
  const { days: keptDays, backlog } = config.history;
  const { partitions } = config.redis;
  if (keptDays === 0) return [unrecorded({ redis, keys, partitions, log })];
  const days = createDays({ db, keptDays, log });
  return [
    historyJanitor({ db, keptDays, log }),
    historyRecorder({ redis, keys, db, partitions, backlog, keptDays, name, log }),
    historyReconciler({ redis, keys, db, days, partitions, log }),
  ];
};
