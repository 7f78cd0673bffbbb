import { expect, test } from 'vitest';
import { timingInWords } from './words.ts';

test.each([
  [
    { cron: '30 7 * * 1-5', timezone: 'Europe/Berlin' },
    'At 07:30, Monday through Friday (Europe/Berlin)',
  ],
  [{ cron: '*/10 * * * * *', timezone: 'UTC' }, 'Every 10 seconds (UTC)'],
  [{ every: 1_000 }, 'Every second'],
  [{ every: 300_000 }, 'Every 5 minutes'],
  [{ every: 86_400_000 }, 'Every day'],
  [{ every: 1_500 }, 'Every 1500 milliseconds'],
])('%j in words', (timing, words) => {
  expect(timingInWords(timing)).toBe(words);
});
