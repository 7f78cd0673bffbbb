import { afterAll, beforeAll, expect, test } from 'vitest';
import { hourly, type ScheduleApi, startScheduleApi } from './schedule-fixtures.ts';

let it: ScheduleApi;
beforeAll(async () => {
  it = await startScheduleApi({ SCHEDULES_MAX: '3' });
});
afterAll(() => it[Symbol.asyncDispose]());

const countAll = async () => {
  const [row] = await it.database.query('select count(*)::int as count from drover.schedules');
  return { kept: row.count, installed: await it.place.queue.getJobSchedulersCount() };
};

const { cron: _cron, timezone: _timezone, ...job } = hourly;

test.each([
  ['31 February', { ...hourly, cron: '0 0 31 2 *' }, '/cron', /no such day/],
  ['four fields', { ...hourly, cron: '* * * *' }, '/cron', /5 fields/],
  ['an hour that there is not', { ...hourly, cron: '0 25 * * *' }, '/cron', /25/],
  [
    'an unknown zone',
    { ...hourly, timezone: 'Europe/Berln' },
    '/timezone',
    /Did you mean "Europe\/Berlin"/,
  ],
  ['a zone that is an offset', { ...hourly, timezone: '+02:00' }, '/timezone', /IANA/],
  ['an interval of a millisecond', { ...job, every: '1ms' }, '/every', /1s at least/],
  ['an interval of nothing', { ...job, every: 0 }, '/every', /1s at least/],
  ['an interval of years', { ...job, every: '3000d' }, '/every', /366d at most/],
  ['an interval in words', { ...job, every: 'daily' }, '/every', /duration/],
  ['neither cron nor interval', job, '/cron', /one of the two/],
  ['both', { ...hourly, every: '1h' }, '/cron', /one of the two/],
  ['a zone of an interval', { ...job, every: '1h', timezone: 'UTC' }, '/timezone', /no zone/],
  ['a payload that does not fit', { ...hourly, payload: { wrong: 1 } }, '/payload/value', /./],
  [
    'a time of its own',
    { ...hourly, options: { runAt: '2030-01-01T00:00:00Z' } },
    '/options/runAt',
    /sets the time/,
  ],
  ['an unknown option', { ...hourly, options: { retries: 1 } }, '/options/retries', /./],
  ['an unknown field', { ...hourly, id: 'x' }, '/id', /./],
  ['a wrong policy', { ...hourly, overlap: 'queue' }, '/overlap', /./],
  [
    'a payload that is too large',
    { ...hourly, payload: { value: 'x'.repeat(70_000) } },
    '/payload',
    /65536/,
  ],
])('%s is refused, and nothing changes', async (_what, body, pointer, message) => {
  const before = await countAll();
  const answer = await it.put('wrong', body);
  expect(answer).toMatchObject({ status: 422, body: { type: '/problems/invalid-submission' } });
  expect(answer.body.errors).toContainEqual({ pointer, message: expect.stringMatching(message) });
  expect(await countAll()).toEqual(before);
});

test.each(['demo.ecko', 'maintenance.purge', 'digest.send'])(
  'the type %s is refused',
  async (type) => {
    const answer = await it.put('wrong', { ...hourly, type });
    expect(answer).toMatchObject({ status: 422, body: { type: '/problems/unknown-job-type' } });
  },
);

test.each(['Hourly', '1st', 'a b', 'a:b', 'a%2Fb', 'x'.repeat(64), 'über'])(
  'the id %s is refused',
  async (id) => {
    const answer = await it.put(encodeURI(decodeURIComponent(id)).replace('/', '%2F'), hourly);
    expect(answer).toMatchObject({ status: 422, body: { type: '/problems/invalid-submission' } });
  },
);

test.each([{}, { enabled: 'no' }, { enabled: true, cron: '* * * * *' }, null, 7])(
  'the change %j is refused',
  async (patch) => {
    await it.put('one', hourly);
    const answer = await it.send('PATCH', '/schedules/one', JSON.stringify(patch));
    expect(answer).toMatchObject({ status: 422, body: { type: '/problems/invalid-submission' } });
  },
);

test('beyond the limit none is made, those that there are can be replaced', async () => {
  await Promise.all(['one', 'two', 'three', 'four', 'five'].map((id) => it.put(id, hourly)));
  expect(await countAll()).toEqual({ kept: 3, installed: 3 });
  const { body } = await it.api.ask('/schedules');
  const answer = await it.put('six', hourly);
  expect(answer).toMatchObject({ status: 409, body: { type: '/problems/schedule-limit' } });
  expect((await it.put(body.items[0].id, { ...hourly, overlap: 'skip' })).status).toBe(200);
});

test('a page that there is not', async () => {
  for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=%27', 'x=1']) {
    const answer = await it.api.ask(`/schedules?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { type: '/problems/invalid-parameters' } });
  }
});
