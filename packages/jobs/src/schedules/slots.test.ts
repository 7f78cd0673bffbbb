import { expect, test } from 'vitest';
import { nextSlot, slotsAfter, type Timing, upcomingSlots } from './slots.ts';

const zones = {
  berlin: { name: 'Europe/Berlin', spring: '2027-03-28', autumn: '2027-10-31' },
  newYork: { name: 'America/New_York', spring: '2027-03-14', autumn: '2027-11-07' },
} as const;

const dayBefore = (day: string): number => Date.parse(`${day}T00:00:00Z`) - 86_400_000;

/** Local times with their offset, which tells the two hours of autumn apart: `02:30+1`. */
const localTimes = (timing: { cron: string; timezone: string }, day: string): string[] => {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: timing.timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'shortOffset',
  });
  return slotsAfter(timing, dayBefore(day))
    .map((slot) => {
      const part = Object.fromEntries(parts.formatToParts(slot).map((it) => [it.type, it.value]));
      const { year, month, day: date, hour, minute, timeZoneName = '' } = part;
      const offset = timeZoneName.replace('GMT', '');
      return { date: `${year}-${month}-${date}`, time: `${hour}:${minute}${offset}` };
    })
    .take(75)
    .toArray()
    .filter(({ date }) => date === day)
    .map(({ time }) => time);
};

const everyHourBut = (left: readonly string[], before: string, after: string, change: number) =>
  Array.from({ length: 24 }, (_, hour) => {
    const time = `${String(hour).padStart(2, '0')}:00`;
    return `${time}${hour < change ? before : after}`;
  }).filter((time) => !left.some((it) => time.startsWith(it)));

test.each([
  ['Europe/Berlin', zones.berlin.spring, everyHourBut(['02:00'], '+1', '+2', 2)],
  ['America/New_York', zones.newYork.spring, everyHourBut(['02:00'], '-5', '-4', 2)],
])('hourly in %s: in spring each of the 23 hours has its slot', (timezone, day, expected) => {
  expect(localTimes({ cron: '0 * * * *', timezone }, day)).toEqual(expected);
});

test.each([
  ['Europe/Berlin', zones.berlin.autumn, '02:00', ['02:00+2', '02:00+1']],
  ['America/New_York', zones.newYork.autumn, '01:00', ['01:00-4', '01:00-5']],
])('hourly in %s: in autumn each of the 25 hours has its slot', (timezone, day, hour, twice) => {
  const times = localTimes({ cron: '0 * * * *', timezone }, day);
  expect(times).toHaveLength(25);
  expect(times.filter((time) => time.startsWith(hour))).toEqual(twice);
});

test.each([
  ['Europe/Berlin', zones.berlin.spring, ['03:30+2']],
  ['Europe/Berlin', zones.berlin.autumn, ['02:30+2']],
  ['America/New_York', zones.newYork.spring, ['03:30-4']],
  ['America/New_York', zones.newYork.autumn, ['02:30-5']],
])(
  'daily at 02:30 in %s on %s: once, an hour later where 02:30 is left out',
  (timezone, day, expected) => {
    expect(localTimes({ cron: '30 2 * * *', timezone }, day)).toEqual(expected);
  },
);

test.each([
  ['Europe/Berlin', zones.berlin.spring, ['03:00+2']],
  ['Europe/Berlin', zones.berlin.autumn, ['03:00+1']],
  ['America/New_York', zones.newYork.spring, ['03:00-4']],
  ['America/New_York', zones.newYork.autumn, ['03:00-5']],
])('daily at 03:00 in %s on %s: once, at 03:00', (timezone, day, expected) => {
  expect(localTimes({ cron: '0 3 * * *', timezone }, day)).toEqual(expected);
});

test('daily at 01:30 in New York: in autumn the first of the two', () => {
  const timing = { cron: '30 1 * * *', timezone: 'America/New_York' };
  expect(localTimes(timing, zones.newYork.autumn)).toEqual(['01:30-4']);
});

test('slots that fall on one instant are one slot', () => {
  const timing = { cron: '0 2,3 * * *', timezone: 'Europe/Berlin' };
  expect(localTimes(timing, zones.berlin.spring)).toEqual(['03:00+2']);
});

const crons = [
  '0 * * * *',
  '30 2 * * *',
  '0 3 * * *',
  '30 1 * * *',
  '15,45 1-3 * * *',
  '*/20 */2 * * *',
];

test.each(
  crons.flatMap((cron) =>
    Object.values(zones).flatMap(({ name, spring, autumn }) => [
      [cron, name, spring] as const,
      [cron, name, autumn] as const,
    ]),
  ),
)('"%s" in %s on %s has the same slots wherever counting begins', (cron, timezone, day) => {
  const timing = { cron, timezone };
  const begin = dayBefore(day);
  const all = upcomingSlots(timing, begin, 200);
  for (let at = begin; at < begin + 2 * 86_400_000; at += 600_000) {
    expect(nextSlot(timing, at)).toBe(all.find((slot) => slot > at));
  }
});

test.each([
  // Of all Februaries, those of leap years that begin with a Monday have a fifth one.
  ['0 0 31 2 1#5', ['2044-02-29', '2072-02-29', '2112-02-29', '2140-02-29', '2168-02-29']],
  ['0 0 29 2 *', ['2028-02-29', '2032-02-29', '2036-02-29', '2040-02-29', '2044-02-29']],
  ['0 0 L 2 *', ['2027-02-28', '2028-02-29', '2029-02-28', '2030-02-28', '2031-02-28']],
  ['0 0 * 1 5L', ['2027-01-29', '2028-01-28', '2029-01-26', '2030-01-25', '2031-01-31']],
  ['0 0 13 * 5', ['2027-01-01', '2027-01-08', '2027-01-13', '2027-01-15', '2027-01-22']],
  ['0 0 1 1 *', ['2027-01-01', '2028-01-01', '2029-01-01', '2030-01-01', '2031-01-01']],
])('"%s" is due on these days', (cron, days) => {
  const after = Date.parse('2026-12-31T12:00:00Z');
  for (const timezone of ['UTC', 'America/New_York', 'Pacific/Kiritimati']) {
    const noon = upcomingSlots({ cron: cron.replace('0 0', '0 12'), timezone }, after, 6);
    const inZone = new Intl.DateTimeFormat('en-CA', { timeZone: timezone });
    const found = noon.map((slot) => inZone.format(slot)).filter((day) => day > '2026-12-31');
    expect(found.slice(0, 5)).toEqual(days);
  }
});

test('six fields have the second first', () => {
  const timing = { cron: '*/15 0 8 * * *', timezone: 'UTC' };
  const slots = upcomingSlots(timing, Date.parse('2027-01-01T08:00:10Z'), 4);
  expect(slots.map((slot) => new Date(slot).toISOString())).toEqual([
    '2027-01-01T08:00:15.000Z',
    '2027-01-01T08:00:30.000Z',
    '2027-01-01T08:00:45.000Z',
    '2027-01-02T08:00:00.000Z',
  ]);
});

test('intervals are counted from 1970, whoever counts', () => {
  const timing: Timing = { every: 300_000 };
  const at = Date.parse('2027-01-01T08:02:03.004Z');
  expect(nextSlot(timing, at)).toBe(Date.parse('2027-01-01T08:05:00Z'));
  expect(nextSlot(timing, Date.parse('2027-01-01T08:05:00Z'))).toBe(
    Date.parse('2027-01-01T08:10:00Z'),
  );
});

test('a day that there is seldom comes, one that there never is does not', () => {
  const after = Date.parse('2027-01-01T00:00:00Z');
  const leap = nextSlot({ cron: '0 0 29 2 *', timezone: 'UTC' }, after) ?? 0;
  expect(new Date(leap).toISOString()).toBe('2028-02-29T00:00:00.000Z');
  expect(nextSlot({ cron: '0 0 31 4,6 *', timezone: 'UTC' }, after)).toBeUndefined();
});
