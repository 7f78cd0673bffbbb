import { changeLogsOf, hasChanges } from '@drover/jobs/views/changes';
import type { View } from '@drover/jobs/views/define-view';
import { readRecord, readRecords } from '@drover/jobs/views/record';
import type { Views } from '@drover/jobs/views/registry';
import { type RequestParts, requestRefresh } from '@drover/jobs/views/request-refresh';
import type { Queryable } from '@drover/shared/database/in-transaction';
import { toError } from '@drover/shared/errors';
import { aboutEvery } from '@drover/shared/lifecycle/rounds';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { createGathering } from './gathering.ts';
import { listener } from './listen.ts';

/** Time between two rounds, in milliseconds. */
const everyMs = 60_000;

export interface FreshnessOptions extends RequestParts {
  views: Views;
  db: Queryable;
  /** For the connection that listens. */
  url: string;
  name: string;
  log: Log;
}

/** Whether changes wait for a refresh that nobody may have been told of. */
const isBehind = async (db: Queryable, view: View): Promise<boolean> => {
  for (const log of changeLogsOf(view)) {
    const sql = `select ${hasChanges(log)} as found`;
    if ((await db.query<{ found: boolean }>(sql)).rows[0]?.found) return true;
  }
  return false;
};

/**
 * Keeps views fresh that are refreshed when a channel of Postgres tells of changes. Any number of
 * processes may do so at once: for one change there is one refresh. At every connection, and for
 * incremental views every minute, it makes up for what may have been told to nobody.
 */
export const viewFreshness = (options: FreshnessOptions): Component => {
  const { views, db, log } = options;
  const told = views.all
    .filter((view) => view.refresh.on !== undefined)
    .map((view) => ({
      view,
      gathering: createGathering({
        view,
        read: () => readRecord(db, view.name),
        request: (record) => requestRefresh(options, record),
        log,
      }),
    }));
  const channels = [...new Set(told.flatMap(({ view }) => view.refresh.on ?? []))];
  const listening = listener({
    ...options,
    channels,
    onNotify: (channel) => {
      for (const { view, gathering } of told) {
        if (view.refresh.on?.includes(channel)) gathering.hear();
      }
    },
    onConnect: () => {
      for (const { gathering } of told) gathering.hear();
    },
  });
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;

  const round = async () => {
    try {
      const records = await readRecords(db);
      for (const { view, gathering } of told) {
        if (records.has(view.name) && (await isBehind(db, view))) gathering.hear();
      }
    } catch (err) {
      log.debug({ reason: toError(err).message }, 'views were not looked after; trying again');
    }
    plan();
  };
  const plan = () => {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = round();
    }, aboutEvery(everyMs));
  };

  return {
    name: 'view freshness',
    start: async () => {
      if (told.length === 0) return;
      await listening.start();
      plan();
    },
    stop: async (deadline) => {
      isStopped = true;
      clearTimeout(timer);
      await listening.stop(deadline);
      await Promise.all([running, ...told.map(({ gathering }) => gathering.stop())]);
    },
  };
};
