import type { DayFigures, QueueDay, SalesFigures } from './figures.ts';
import { document, type Grid, heading, paragraph, table, textTable, tiles } from './layout.ts';

/** A message without its recipients. */
export interface RenderedDigest {
  subject: string;
  text: string;
  html: string;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const money = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const counted = (count: number, noun: string): string =>
  `${whole.format(count)} ${noun}${count === 1 ? '' : 's'}`;

const regionsOf = ({ regions }: SalesFigures): Grid => ({
  titles: ['Region', 'Orders', 'Revenue'],
  rows: regions.map((it) => [it.region, whole.format(it.orders), money.format(it.revenue)]),
});

const queuesOf = (jobs: readonly QueueDay[]): Grid => ({
  titles: ['Queue', 'Succeeded', 'Failed', 'Withdrawn'],
  rows: jobs.map((it) => [
    it.queue,
    whole.format(it.succeeded),
    whole.format(it.failed),
    whole.format(it.withdrawn),
  ]),
});

const sum = (jobs: readonly QueueDay[], of: (day: QueueDay) => number): number =>
  jobs.reduce((total, day) => total + of(day), 0);

/** A part of the digest: a title, sentences, and a table where there is something to show. */
interface Section {
  title: string;
  tiles: readonly { value: string; label: string }[];
  sentence: string;
  grid?: Grid;
}

const salesSection = (sales: SalesFigures): Section => ({
  title: 'Sales',
  tiles: [
    { value: money.format(sales.revenue), label: 'Revenue' },
    { value: whole.format(sales.orders), label: 'Orders' },
    { value: whole.format(sales.units), label: 'Units' },
  ],
  sentence:
    sales.orders === 0
      ? 'Nothing was sold.'
      : `${counted(sales.orders, 'order')} of ${counted(sales.units, 'unit')} came to ${money.format(sales.revenue)}.`,
  ...(sales.regions.length > 0 && { grid: regionsOf(sales) }),
});

const jobsSection = ({ jobs, deadLetters }: DayFigures): Section => {
  const succeeded = sum(jobs, (it) => it.succeeded);
  const failed = sum(jobs, (it) => it.failed);
  return {
    title: 'Jobs',
    tiles: [
      { value: whole.format(succeeded), label: 'Succeeded' },
      { value: whole.format(failed), label: 'Failed' },
      { value: whole.format(deadLetters), label: 'Dead letters' },
    ],
    sentence: `${counted(succeeded, 'job')} succeeded and ${whole.format(failed)} failed; ${counted(deadLetters, 'dead letter')} ${deadLetters === 1 ? 'waits' : 'wait'} to be looked at.`,
    ...(jobs.length > 0 && { grid: queuesOf(jobs) }),
  };
};

const asHtml = ({ title, tiles: numbers, sentence, grid }: Section): string =>
  [heading(title), tiles(numbers), paragraph(sentence), grid ? table(grid) : ''].join('\n');

const asText = ({ title, sentence, grid }: Section): string =>
  [title.toUpperCase(), sentence, ...(grid ? ['', textTable(grid)] : [])].join('\n');

/** `Tuesday 5 January 2027` */
const dayOf = (ms: number, timeZone: string): string => {
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { timeZone, ...options }).format(ms);
  const date = part({ day: 'numeric', month: 'long', year: 'numeric' });
  return `${part({ weekday: 'long' })} ${date}`;
};

/** The daily digest as a mail, in HTML and in plain text; times are told in the zone. */
export const renderDigest = (figures: DayFigures, timezone: string): RenderedDigest => {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  const { since, until, sales } = figures;
  const period = `${format.format(since)} to ${format.format(until)} (${timezone})`;
  const sections = [...(sales ? [salesSection(sales)] : []), jobsSection(figures)];
  const title = `Daily digest, ${dayOf(until, timezone)}`;
  const preview = sections.map(({ sentence }) => sentence).join(' ');
  const footer = 'Sent by Drover: the schedule daily-digest, to the recipients of DIGEST_TO.';
  return {
    subject: title,
    text: [title, period, '', ...sections.flatMap((it) => [asText(it), '']), footer, ''].join('\n'),
    html: document({
      title,
      preview,
      body: [paragraph(period), ...sections.map(asHtml)].join('\n'),
      footer,
    }),
  };
};
