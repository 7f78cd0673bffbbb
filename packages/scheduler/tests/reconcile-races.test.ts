import { installSchedule, uninstallSchedule } from '@drover/jobs/schedules/install';
import { keep, lockTenant, removeKept } from '@drover/jobs/schedules/table';
import { inTransaction } from '@drover/shared/database/in-transaction';
import { expect, test } from 'vitest';
import { hourly, openReconcilers, type Reconcilers } from './running-reconciler.ts';

/** Deletes a schedule as the API does. */
const deleteHourly = ({ pool, place }: Reconcilers) =>
  inTransaction(pool, async (client) => {
    await lockTenant(client, 'acme');
    await removeKept(client, 'acme', 'hourly');
    await uninstallSchedule(place, 'acme/hourly', { forget: true });
  });

/** Waits until a change of a schedule is made, or waits itself for the lock of its tenant. */
const untilDoneOrWaiting = async ({ database }: Reconcilers, change: Promise<void>) => {
  let isDone = false;
  void change.finally(() => {
    isDone = true;
  });
  const sql = `select 1 from pg_locks where not granted and locktype = 'advisory'
     and database = (select oid from pg_database where datname = current_database())`;
  while (!isDone && (await database.query(sql)).length === 0);
};

test('what is deleted while it is being restored stays deleted', async () => {
  await using them = await openReconcilers();
  await them.keep(hourly);
  const { queue } = them.place;
  const upsert = queue.upsertJobScheduler.bind(queue);
  let deletion: Promise<void> | undefined;
  queue.upsertJobScheduler = async (...parameters) => {
    deletion = deleteHourly(them);
    await untilDoneOrWaiting(them, deletion);
    return upsert(...parameters);
  };
  expect(await them.round()).toMatchObject({ restored: 1 });
  await deletion;
  expect(await them.installed()).toEqual([]);
});

test('what is made anew while it is being pruned stays', async () => {
  await using them = await openReconcilers();
  await installSchedule(them.place, hourly);
  const { queue } = them.place;
  const remove = queue.removeJobScheduler.bind(queue);
  let making: Promise<void> | undefined;
  queue.removeJobScheduler = async (key) => {
    making = inTransaction(them.pool, async (client) => {
      await lockTenant(client, 'acme');
      await keep(client, hourly, true);
      await installSchedule(them.place, hourly);
    });
    await untilDoneOrWaiting(them, making);
    return remove(key);
  };
  expect(await them.round()).toMatchObject({ pruned: 1 });
  await making;
  expect(await them.installed()).toEqual(['acme/hourly']);
});

test('a schedule that is just being made is not taken for one that is gone', async () => {
  await using them = await openReconcilers();
  const written = Promise.withResolvers<void>();
  const round = Promise.withResolvers<void>();
  const making = inTransaction(them.pool, async (client) => {
    await lockTenant(client, 'acme');
    await keep(client, hourly, true);
    await installSchedule(them.place, hourly);
    written.resolve();
    await untilDoneOrWaiting(them, round.promise);
  });
  await written.promise;
  const report = await them.round();
  round.resolve();
  expect(report).toMatchObject({ pruned: 0 });
  await making;
  expect(await them.installed()).toEqual(['acme/hourly']);
});
