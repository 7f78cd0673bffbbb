import { repeatKey } from '@drover/jobs/schedules/place';
import { expect, inject, test } from 'vitest';
import { examineBy, summariesOf } from './doctor-fixtures.ts';
import { hourly, nightly, openReconcilers, type Reconcilers } from './running-reconciler.ts';

const examine = ({ database, place }: Reconcilers) => {
  const prefix = /^\{(.*)-0\}$/.exec(place.keys.partition(0))?.[1] ?? '';
  return examineBy({
    REDIS_URL: inject('redisUrl'),
    DATABASE_URL: database.url,
    KEY_PREFIX: prefix,
  });
};

test('schedules that are armed are well, and one whose job is gone is silent', async () => {
  await using them = await openReconcilers();
  expect(summariesOf((await examine(them)).of('declared schedules'))).toMatch(
    /^warn: no scheduler/,
  );
  await them.keep(hourly);
  await them.round({ declared: [nightly] });
  const well = await examine(them);
  expect(summariesOf(well.of('declared schedules'))).toBe('ok: 1 schedule enabled, each will fire');
  expect(summariesOf(well.of('schedules'))).toBe('ok: 1 schedule enabled, each will fire');
  expect(well.of('schedulers')).toMatchObject([{ status: 'warn' }]);

  const { next } = await them.waitsFor('acme/hourly');
  await them.place.redis.del(`${repeatKey(them.place.keys, 'acme/hourly')}:${next}`);
  const { of } = await examine(them);
  expect(summariesOf(of('schedules'))).toBe(
    'fail: 1 schedule silent: the job that fires them is gone: acme/hourly',
  );
});

test('schedules of a job type that is gone are named', async () => {
  await using them = await openReconcilers();
  await them.keep({ ...hourly, job: { type: 'demo.gone', payload: {} } });
  const { of } = await examine(them);
  expect(summariesOf(of('schedule types'))).toMatch(/^warn: no such job type as "demo\.gone"/);
});
