import { expect, test } from 'vitest';
import type { DayFigures } from './figures.ts';
import { renderDigest } from './render.ts';

const figures: DayFigures = {
  since: Date.parse('2027-01-04T08:00:00Z'),
  until: Date.parse('2027-01-05T08:00:00Z'),
  sales: {
    orders: 1_234,
    units: 4_000,
    revenue: 98_765.4,
    regions: [
      { region: 'North <b>', orders: 1_000, revenue: 90_000 },
      { region: 'South & West', orders: 234, revenue: 8_765.4 },
    ],
  },
  jobs: [{ queue: 'mail', succeeded: 12, failed: 1, withdrawn: 0 }],
  deadLetters: 1,
};

test('the digest tells the same in HTML and in plain text', () => {
  const { subject, html, text } = renderDigest(figures, 'Europe/Berlin');
  expect(subject).toBe('Daily digest, Tuesday 5 January 2027');
  for (const told of ['98,765.40', '1,234', 'mail', '1 dead letter waits', '9:00']) {
    expect(html).toContain(told);
    expect(text).toContain(told);
  }
});

test('what comes from the data cannot become markup', () => {
  const { html, text } = renderDigest(figures, 'UTC');
  expect(html).toContain('North &lt;b&gt;');
  expect(html).toContain('South &amp; West');
  expect(text).toContain('North <b>');
});

test('the HTML is balanced', () => {
  const { html } = renderDigest(figures, 'UTC');
  for (const tag of ['table', 'tr', 'td', 'th', 'div', 'h1', 'h2', 'p', 'body', 'html']) {
    const opened = html.match(new RegExp(`<${tag}[ >]`, 'g'))?.length;
    expect(html.match(new RegExp(`</${tag}>`, 'g'))?.length, tag).toBe(opened);
  }
});

test('without a shop there are no sales, and a day without jobs has no table', () => {
  const { html, text } = renderDigest({ ...figures, sales: null, jobs: [], deadLetters: 0 }, 'UTC');
  expect(html).not.toContain('Sales');
  expect(text).not.toContain('SALES');
  expect(text).toContain('0 jobs succeeded and 0 failed; 0 dead letters wait');
});

test('columns of the plain text are aligned', () => {
  const { text } = renderDigest(figures, 'UTC');
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith('Region'));
  const [titles = '', first = '', second = ''] = lines.slice(at, at + 3);
  expect(new Set([titles.length, first.length, second.length]).size).toBe(1);
});
