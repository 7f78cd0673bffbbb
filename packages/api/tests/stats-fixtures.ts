import { prepareDatabase } from '@drover/jobs/database/prepare';
import { underViewLock } from '@drover/jobs/views/lock';
import { refreshRows } from '@drover/jobs/views/refresh-rows';
import { createViews, views } from '@drover/jobs/views/registry';
import { withClient } from '@drover/shared/database/client';
import { silentLog } from '@drover/shared/log';
import { type EndedJob, recordEnds } from '../../../tests/ended-jobs.ts';
import type { OwnDatabase } from '../../../tests/servers/own-database.ts';
import { type CutOffApi, startCutOffApi } from './cut-off-api.ts';

/** An API over a history of a test's own, whose Postgres can be taken away. */
export type StatsApi = CutOffApi;

const statistics = createViews(views.all.filter(({ tenantColumn }) => tenantColumn !== undefined));

/** Makes the history and its statistics. */
export const prepareStats = (url: string): Promise<void> =>
  prepareDatabase({ url, name: 'test', demo: false, views: statistics, log: silentLog() });

/** Writes these ends into the history, and refreshes the statistics. */
const recordAndRefresh = async (
  database: OwnDatabase,
  jobs: readonly EndedJob[],
): Promise<void> => {
  await recordEnds(database.query, jobs);
  await withClient({ url: database.url, name: 'test' }, async (client) => {
    for (const view of statistics.all) {
      await underViewLock(client, view.name, () => refreshRows(client, view));
    }
  });
};

export const startStatsApi = (jobs: readonly EndedJob[]): Promise<StatsApi> =>
  startCutOffApi(async (database) => {
    await prepareStats(database.url);
    await recordAndRefresh(database, jobs);
  });
