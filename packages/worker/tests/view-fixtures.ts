import { defineView, type View, type ViewDefinition } from '@drover/jobs/views/define-view';
import { withClient } from '@drover/shared/database/client';
import { z } from 'zod';
import { refreshView } from '../src/services/views/refresh.ts';
import type { PreparedDatabase } from './prepared-database.ts';

/** Sums of the entries of each account, recomputed by account. */
export const balances = (more: Partial<ViewDefinition> = {}): View =>
  defineView({
    name: 'balances',
    summary: 'The balance of each account.',
    sql: `select a.id as account, a.owner, count(e.id)::int as entries, coalesce(sum(e.amount), 0)::int as total
            from bank.accounts a left join bank.entries e on e.account = a.id
           group by a.id, a.owner`,
    uniqueBy: ['account'],
    columns: { account: z.int(), owner: z.string(), entries: z.int(), total: z.int() },
    refresh: {
      incremental: {
        key: ['account'],
        sources: {
          'bank.accounts': { columns: ['id'], keys: 'select id from changed' },
          'bank.entries': { columns: ['account'], keys: 'select account from changed' },
        },
      },
    },
    ...more,
  });

export const bankSql = `
  create schema bank;
  create table bank.accounts (id int primary key, owner text not null);
  create table bank.entries (
    id int generated always as identity primary key,
    account int not null references bank.accounts on delete cascade,
    amount int not null
  );
  create index on bank.entries (account);
  insert into bank.accounts select n, 'owner ' || n from generate_series(1, 50) as n;
  insert into bank.entries (account, amount)
    select 1 + n % 50, n from generate_series(1, 500) as n;`;

/** Refreshes a view as a worker does. */
export const refresh = (
  { database }: PreparedDatabase,
  view: View,
  { full = false, signal = new AbortController().signal } = {},
) => refreshView({ url: database.url, name: 'worker' }, { view, full, signal });

/** What a view lacks or has too much, compared with its query now. */
export const differences = async ({ database }: PreparedDatabase, view: View) =>
  database.query(
    `(select 'lacks' as which, q.* from (${view.sql}) q except select 'lacks', v.* from ${view.relation} v)
     union all
     (select 'has', v.* from ${view.relation} v except select 'has', q.* from (${view.sql}) q)`,
  );

/** Runs SQL on a connection of its own. */
export const onItsOwn = (own: PreparedDatabase, sql: string) =>
  withClient({ url: own.database.url, name: 'writer' }, (client) => client.query(sql));
