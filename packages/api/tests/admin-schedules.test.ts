import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendForm, tokenOn, visit } from './admin-visit.ts';
import { keys } from './running-api.ts';
import { hourly, type ScheduleApi, startScheduleApi } from './schedule-fixtures.ts';

let tested: ScheduleApi;
beforeAll(async () => {
  tested = await startScheduleApi();
  await tested.put('hourly', hourly);
  await tested.put('hourly', { ...hourly, timezone: 'UTC' }, { key: keys.other });
});
afterAll(() => tested[Symbol.asyncDispose]());

const page = (path = '') => visit(tested.api, `/admin/schedules${path}`);

const act = async (schedule: string, action: string, fields: Record<string, string> = {}) => {
  const token = tokenOn(await page());
  return sendForm(tested.api, `/admin/schedules/${schedule}/${action}`, { token, ...fields });
};

const cards = (text: string): string[] =>
  [...text.matchAll(/aria-label="Schedule (\S+ of \S+)"/g)].map(([, name]) => name ?? '');

test('schedules of all tenants are shown, those in the code first', async () => {
  const { status, text } = await page();
  expect(status).toBe(200);
  expect(cards(text)).toEqual(['purge-sessions of system', 'hourly of acme', 'hourly of other']);
  expect(text).toContain('At 02:00 (UTC)');
  expect(text).toContain('Every hour (Europe/Berlin)');
  const [, next = ''] = /aria-label="Next times of hourly">([\s\S]*?)<\/section>/.exec(text) ?? [];
  expect(next.match(/<li>/g)).toHaveLength(5);
  expect(cards((await page('?tenant=other')).text)).toEqual(['hourly of other']);
  expect(cards((await page('/acme/hourly')).text)).toEqual(['hourly of acme']);
  expect((await page('/acme/nothing')).status).toBe(404);
  expect((await page('/acme/purge-sessions')).status).toBe(404);
  expect((await page('/%00/hourly')).status).toBe(404);
  expect((await page('?tenant=%00')).status).toBe(400);
});

test.each([
  ['acme/hourly', 'hourly', keys.acme],
  ['system/purge-sessions', 'purge-sessions', 'dev'],
])('%s is disabled, and enabled again', async (schedule, id, key) => {
  const isEnabled = async () =>
    (await tested.send('GET', `/schedules/${id}`, undefined, { key })).body.enabled;
  expect((await act(schedule, 'disable')).status).toBe(303);
  expect(await isEnabled()).toBe(false);
  expect((await page(`/${schedule}`)).text).toContain('None while it is disabled.');
  expect((await act(schedule, 'enable')).status).toBe(303);
  expect(await isEnabled()).toBe(true);
});

test('one is triggered, once for each form, and shows its run', async () => {
  const [, once = ''] = /name="once" value="([^"]+)"/.exec((await page('/acme/hourly')).text) ?? [];
  const places = [];
  for (let n = 0; n < 2; n += 1) {
    const { status, headers } = await act('acme/hourly', 'trigger', { once });
    expect(status).toBe(303);
    places.push(headers.get('location'));
  }
  expect(new Set(places).size).toBe(1);
  const { text } = await page('/acme/hourly');
  expect(text.match(/by hand/g)).toHaveLength(1);
  expect(text).toContain(`href="${places[0]}"`);
  const job = await visit(tested.api, places[0] ?? '');
  expect(job.text).toContain('href="/admin/schedules/acme/hourly"');
});

test('a paused queue is told', async () => {
  const { queues } = tested.api;
  await queues.get('demo', 0).pause();
  expect((await page('/acme/hourly')).text).toContain('queue paused');
  await queues.get('demo', 0).resume();
  expect((await page('/acme/hourly')).text).not.toContain('queue paused');
});
