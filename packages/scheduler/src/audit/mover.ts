import type { AuditStore } from '@drover/jobs/audit/append';
import { moveAudit } from '@drover/jobs/audit/move';
import { removeOlder } from '@drover/jobs/audit/table';
import type { Transactional } from '@drover/shared/database/in-transaction';
import { inRounds } from '@drover/shared/lifecycle/rounds';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';

/** Time between two looks for new entries, and between two looks for old ones; milliseconds. */
const moveEveryMs = 2_000;
const pruneEveryMs = 3_600_000;

/** Entries that are removed by one statement. */
const removedAtOnce = 5_000;

const dayMs = 86_400_000;

/** Moves the audit log to Postgres, while it is there. Any number of processes may do so at once. */
export const auditMover = (options: {
  store: AuditStore;
  pool: Transactional;
  log: Log;
}): Component => {
  const { store, pool, log } = options;
  return inRounds({
    name: 'audit mover',
    everyMs: moveEveryMs,
    round: async (signal) => {
      let moved = 0;
      do moved = await moveAudit(store, pool, log);
      while (moved > 0 && !signal.aborted);
    },
    failed: 'the audit log was not moved to Postgres; trying again',
    log,
  });
};

/** Removes what is older than it is to be kept. */
export const auditJanitor = (options: {
  store: AuditStore;
  pool: Transactional;
  keepDays: number;
  log: Log;
}): Component => {
  const { store, pool, keepDays, log } = options;
  return inRounds({
    name: 'audit janitor',
    everyMs: pruneEveryMs,
    round: async (signal) => {
      const keyPrefix = store.keys.partition(0);
      const before = Date.now() - keepDays * dayMs;
      let removed = 0;
      do removed = await removeOlder(pool, keyPrefix, before, removedAtOnce);
      while (removed === removedAtOnce && !signal.aborted);
    },
    failed: 'old entries of the audit log were not removed; trying again',
    log,
  });
};
