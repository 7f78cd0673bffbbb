import type { DatabaseClient } from '@drover/shared/database/client';
import { sqlStateOf } from '@drover/shared/database/failures';
import { CodedError, toError } from '@drover/shared/errors';
import type { Log } from '@drover/shared/log';
import { quoted } from '../tables/column.ts';
import { changeLogsOf, createChangeLog } from '../views/changes.ts';
import { type View, viewSchema } from '../views/define-view.ts';
import { underViewLock } from '../views/lock.ts';
import { noteAttempt, noteRefreshed } from '../views/record.ts';
import { inTransactionOf, soonOrAgain } from './soon-or-again.ts';
import { dropRelation, markOf, nameBeside, nameOfOld } from './view-relations.ts';

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const relationOf = (name: string) => `${viewSchema}.${quoted(name)}`;

/**
 * From here on, what changes in the tables of an incremental view is written down. The triggers come
 * when those who write to the tables now are done, so whatever they have not seen, the build sees.
 */
const writeDownChanges = async (client: DatabaseClient, view: View): Promise<void> => {
  const logs = changeLogsOf(view);
  if (logs.length === 0) return;
  const install = () =>
    inTransactionOf(client, async () => {
      for (const log of logs) await client.query(createChangeLog(log));
    });
  await soonOrAgain(client, install, (cause) => {
    const message = `The tables that the view "${view.name}" reads are being written, and cannot get their triggers. Start again when the long transactions there are finished.`;
    return new CodedError('view-in-use', message, { cause });
  });
};

/** Makes the new view beside the old one, which is read meanwhile. */
const build = async (client: DatabaseClient, view: View): Promise<void> => {
  const { incremental } = view.refresh;
  const kind = incremental ? 'table' : 'materialized view';
  const beside = relationOf(nameBeside(view));
  const startedAt = performance.now();
  await dropRelation(client, nameBeside(view));
  await inTransactionOf(client, async () => {
    const { rowCount } = await client.query(`create ${kind} ${beside} as ${view.sql}`);
    const tookMs = Math.round(performance.now() - startedAt);
    await noteRefreshed(client, view.name, { rows: rowCount ?? 0, recomputed: null, tookMs });
    await client.query(
      `create unique index on ${beside} (${view.uniqueBy.map(quoted).join(', ')})`,
    );
    if (incremental && incremental.key.join() !== view.uniqueBy.join()) {
      await client.query(`create index on ${beside} (${incremental.key.map(quoted).join(', ')})`);
    }
    await client.query(
      `comment on ${kind} ${beside} is ${literal(`${view.summary} ${markOf(view)}`)}`,
    );
  });
  await client.query(`analyze ${beside}`);
};

/** Puts the new one in the old one's place: a moment, once nobody reads the old one. */
const swap = async (client: DatabaseClient, view: View, isNeeded: boolean): Promise<void> => {
  const once = () =>
    inTransactionOf(client, async () => {
      await dropRelation(client, nameOfOld(view), 'cascade');
      if (isNeeded) {
        // Views that are made of it keep it until they are made anew themselves.
        const old = quoted(nameOfOld(view));
        await client.query(`alter table if exists ${view.relation} rename to ${old}`);
      } else {
        await dropRelation(client, view.name);
      }
      await client.query(
        `alter table ${relationOf(nameBeside(view))} rename to ${quoted(view.name)}`,
      );
    });
  await soonOrAgain(client, once, (cause) => {
    const message = `The view "${view.name}" has changed, but is being read and cannot be replaced. Start again when the reports of it are finished.`;
    return new CodedError('view-in-use', message, { cause });
  });
};

export interface MaterializeOptions {
  /** Whether other views read it. The old one is then kept, under another name. */
  isNeeded: boolean;
  log: Log;
}

/**
 * Makes a view in Postgres, filled, in the place of one of another definition: a materialized view, or
 * a table with its triggers where it is incremental. No refresh runs meanwhile. To be called by one
 * process at a time.
 * @throws CodedError `view-failed` when Postgres refuses its SQL, `view-in-use`.
 */
export const materialize = async (
  client: DatabaseClient,
  view: View,
  { isNeeded, log }: MaterializeOptions,
): Promise<void> => {
  const startedAt = performance.now();
  try {
    await underViewLock(client, view.name, async () => {
      await noteAttempt(client, view.name);
      await writeDownChanges(client, view);
      await build(client, view);
      await swap(client, view, isNeeded);
    });
  } catch (thrown) {
    const state = sqlStateOf(thrown);
    if (!state || state === '42501') throw thrown;
    const message = `The view "${view.name}" cannot be made: ${toError(thrown).message}`;
    throw new CodedError('view-failed', message, { cause: thrown });
  }
  log.info({ view: view.name, tookMs: Math.round(performance.now() - startedAt) }, 'view made');
};
