import { expect, test } from 'vitest';
import { timeZoneProblem } from './time-zone.ts';

test.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])(
  '%s is one',
  (name) => {
    expect(timeZoneProblem(name)).toBeUndefined();
  },
);

test.each([
  ['Europe/Berln', /Did you mean "Europe\/Berlin"/],
  ['+02:00', /IANA/],
  ['local', /IANA/],
  ['', /IANA/],
  ["UTC'; drop table", /IANA/],
])('%s is none', (name, problem) => {
  expect(timeZoneProblem(name)).toMatch(problem);
});
