import { InvalidArgumentError } from 'commander';
import type { QueueSettingsPatch, QueueStatus } from '../../../operations.ts';
import type { Column } from '../../output/table.ts';

type Settings = QueueStatus['settings'];
export type Rate = NonNullable<QueueSettingsPatch['rateLimit']>;

const hours = 3_600_000;

/** A window as it is written in a rate: `500ms`, `90s`, `1m`, `24h`. */
const windowText = (ms: number): string => {
  if (ms % hours === 0) return `${ms / hours}h`;
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
};

const rateText = (rate: Settings['rateLimit']['effective']): string =>
  rate === null ? 'unlimited' : `${rate.max}/${windowText(rate.per)}`;

const countText = (count: number | null): string => (count === null ? 'unlimited' : String(count));

/** What bounds a queue now, in few words: `10 a worker, 50 in all, 100/1m`. */
export const limitsText = ({ concurrency, globalConcurrency, rateLimit }: Settings): string =>
  [
    `${concurrency.effective} a worker`,
    globalConcurrency.effective !== null && `${globalConcurrency.effective} in all`,
    rateLimit.effective !== null && rateText(rateLimit.effective),
  ]
    .filter(Boolean)
    .join(', ');

interface Row {
  readonly name: string;
  readonly now: string;
  readonly configured: string;
  readonly overridden: boolean;
}

/** The settings of a queue, one a row. */
export const settingRows = ({ concurrency, globalConcurrency, rateLimit }: Settings): Row[] => [
  {
    name: 'concurrency',
    now: countText(concurrency.effective),
    configured: countText(concurrency.configured),
    overridden: concurrency.overridden,
  },
  {
    name: 'global-concurrency',
    now: countText(globalConcurrency.effective),
    configured: countText(globalConcurrency.configured),
    overridden: globalConcurrency.overridden,
  },
  {
    name: 'rate',
    now: rateText(rateLimit.effective),
    configured: rateText(rateLimit.configured),
    overridden: rateLimit.overridden,
  },
];

export const settingColumns: readonly Column<Row>[] = [
  { title: 'SETTING', text: ({ name }) => name },
  { title: 'NOW', text: ({ now }) => now },
  { title: 'CONFIGURED', text: ({ configured }) => configured },
  { title: 'SET AT RUN TIME', text: ({ overridden }) => (overridden ? 'yes' : 'no') },
];

const count = (value: string): number => {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Expected a whole number, or "configured".');
};

/** Commander would take null for an option without a value. */
type OrConfigured<T> = T | 'configured';

/** What a patch says of an option: `configured` is null there. */
export const settingOf = <T>(value: OrConfigured<T>): T | null =>
  value === 'configured' ? null : (value as T);

/** An option's number of jobs, or `configured`. */
export const jobsOrConfigured = (value: string): OrConfigured<number> =>
  value === 'configured' ? value : count(value);

/** An option's number of jobs, `unlimited` or `configured`. */
export const limitOrConfigured = (value: string): OrConfigured<number | 'unlimited'> =>
  value === 'unlimited' ? value : jobsOrConfigured(value);

/** An option's rate such as `100/1m`, `unlimited` or `configured`. */
export const rateOrConfigured = (value: string): OrConfigured<Rate> => {
  if (value === 'configured' || value === 'unlimited') return value;
  const [, max, per] = /^(\d{1,9})\/(\S+)$/.exec(value) ?? [];
  if (max && per) return { max: Number(max), per };
  throw new InvalidArgumentError('Expected a rate such as 100/1m, "unlimited" or "configured".');
};
