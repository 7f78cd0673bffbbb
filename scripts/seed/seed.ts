import { prepareDatabase } from '../../packages/jobs/src/database/prepare.ts';
import { underViewLock } from '../../packages/jobs/src/views/lock.ts';
import { refreshRows } from '../../packages/jobs/src/views/refresh-rows.ts';
import { views } from '../../packages/jobs/src/views/registry.ts';
import { type DatabaseClient, withClient } from '../../packages/shared/src/database/client.ts';
import { describeDuration } from '../../packages/shared/src/duration.ts';
import { CodedError } from '../../packages/shared/src/errors.ts';
import { silentLog } from '../../packages/shared/src/log.ts';
import type { Say } from '../stack/report.ts';
import { fillShop, isStocked, type ShopSize } from './shop.ts';

export interface SeedOptions {
  readonly size: ShopSize;
  /** Whether to replace a shop that is there. */
  readonly replace: boolean;
}

const name = 'drover-seed';

const refreshViews = async (client: DatabaseClient, say: Say) => {
  for (const view of views.all) {
    if (!view.demo) continue;
    say(`view ${view.name}`);
    const refresh = () => refreshRows(client, view, { exclusive: true });
    await underViewLock(client, view.name, refresh);
  }
};

/**
 * Fills the demonstration schema and refreshes its views.
 * @throws CodedError `already-seeded` when there is a shop that may not be replaced.
 */
export const seed = async (
  url: string,
  { size, replace }: SeedOptions,
  say: Say,
): Promise<void> => {
  const startedAt = performance.now();
  await prepareDatabase({ url, name, demo: true, log: silentLog() });
  await withClient({ url, name }, async (client) => {
    if (!replace && (await isStocked(client))) {
      const message = 'The demonstration schema is not empty. To replace what is in it: --replace';
      throw new CodedError('already-seeded', message);
    }
    await fillShop(client, size, say);
    await refreshViews(client, say);
  });
  say(`seeded in ${describeDuration(performance.now() - startedAt)}`);
};
