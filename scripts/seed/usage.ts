import { parseArgs } from 'node:util';
import type { SeedOptions } from './seed.ts';

const defaults = { orders: 1_000_000, seed: 1, days: 730 };

const most = { orders: 50_000_000, seed: 1_000_000, days: 3_650 };

export const seedUsage = `Usage: npm run seed [-- <options>]

Fills the demonstration schema with customers, products, orders and sessions.

  --orders N   how many orders; everything else follows (default ${defaults.orders})
  --seed N     another number makes another shop (default ${defaults.seed})
  --days N     from how many days up to today the orders are (default ${defaults.days})
  --replace    replace what is there; without it, a shop that is not empty is left alone
`;

export class SeedUsageError extends Error {}

const wholeNumber = (name: keyof typeof defaults, text: string | undefined): number => {
  if (text === undefined) return defaults[name];
  const least = name === 'seed' ? 0 : 1;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most[name]) return number;
  throw new SeedUsageError(`--${name} takes a whole number from ${least} to ${most[name]}`);
};

const parsed = (args: string[]) => {
  try {
    return parseArgs({
      args,
      options: {
        orders: { type: 'string' },
        seed: { type: 'string' },
        days: { type: 'string' },
        replace: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (err) {
    throw new SeedUsageError((err as Error).message);
  }
};

/** @throws SeedUsageError */
export const readSeedOptions = (args: string[]): SeedOptions | 'help' => {
  const values = parsed(args);
  if (values.help) return 'help';
  return {
    size: {
      orders: wholeNumber('orders', values.orders),
      seed: wholeNumber('seed', values.seed),
      days: wholeNumber('days', values.days),
    },
    replace: values.replace,
  };
};
