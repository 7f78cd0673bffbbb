import { expect, test } from 'vitest';
import { prepareOwn } from './prepared-database.ts';
import { balances, bankSql, differences, onItsOwn, refresh } from './view-fixtures.ts';

const start = (view = balances()) => prepareOwn([view], { before: bankSql });

test('only what has changed is recomputed, whatever kind of change it was', async () => {
  await using own = await start();
  const view = balances();
  expect(await differences(own, view)).toEqual([]);
  const changes = [
    'insert into bank.entries (account, amount) values (1, 5), (2, 7)',
    'update bank.entries set account = 4 where account = 3 and id < 200',
    'delete from bank.entries where account = 5',
    "update bank.accounts set owner = 'nobody' where id = 6",
    "insert into bank.accounts values (51, 'new')",
    'delete from bank.accounts where id = 7',
  ];
  for (const sql of changes) {
    await own.database.query(sql);
    expect(await differences(own, view)).not.toEqual([]);
    const { recomputed } = await refresh(own, view);
    expect(recomputed).toBeLessThanOrEqual(2);
    expect(await differences(own, view)).toEqual([]);
  }
  expect(await refresh(own, view)).toMatchObject({ recomputed: 0, rows: 50 });
});

test('truncation, or more changes than it is worth, recomputes all', async () => {
  await using own = await start();
  const view = balances();
  await own.database.query('update bank.entries set amount = amount + 1');
  expect(await refresh(own, view)).toMatchObject({ recomputed: null, rows: 50 });
  expect(await differences(own, view)).toEqual([]);
  await own.database.query('truncate bank.entries');
  expect(await refresh(own, view)).toMatchObject({ recomputed: null });
  expect(await differences(own, view)).toEqual([]);
  expect(await refresh(own, view)).toMatchObject({ recomputed: 0 });
});

test('a full refresh mends rows that nobody has written down', async () => {
  await using own = await start();
  const view = balances();
  await own.database.query('update drover_views.balances set total = -1 where account = 9');
  await own.database.query('delete from drover_views.balances where account = 10');
  expect(await refresh(own, view)).toMatchObject({ recomputed: 0 });
  await refresh(own, view, { full: true });
  expect(await differences(own, view)).toEqual([]);
});

test('a change that commits while a refresh runs is not lost', async () => {
  await using own = await start();
  const view = balances();
  // Neither sees the other: the account is renamed while an entry of it is not yet committed.
  await own.database.query('begin');
  await own.database.query('insert into bank.entries (account, amount) values (8, 1000)');
  await onItsOwn(own, "update bank.accounts set owner = 'renamed' where id = 8");
  await refresh(own, view);
  await own.database.query('commit');
  expect(await differences(own, view)).not.toEqual([]);
  await refresh(own, view);
  expect(await differences(own, view)).toEqual([]);
});

test('with writers and refreshes all at once, what is left is right', async () => {
  await using own = await start();
  const view = balances();
  let isWriting = true;
  const writer = async (n: number) => {
    for (let round = 0; round < 40; round += 1) {
      const account = 1 + ((n * 7 + round * 3) % 50);
      const other = 1 + ((n * 11 + round) % 50);
      await onItsOwn(
        own,
        round % 4 === 0
          ? `update bank.entries set account = ${other} where id = ${1 + ((n * 40 + round) % 500)}`
          : round % 4 === 1
            ? `delete from bank.entries where id = ${1 + ((n * 53 + round) % 500)}`
            : `begin; insert into bank.entries (account, amount) values (${account}, ${round});
               update bank.accounts set owner = owner || '.' where id = ${other}; commit`,
      ).catch((err: { code?: string }) => {
        // Writers may lose against each other.
        if (err.code !== '40P01') throw err;
      });
    }
  };
  const refresher = async () => {
    while (isWriting) await refresh(own, view);
  };
  const refreshing = [refresher(), refresher()];
  await Promise.all([1, 2, 3].map(writer));
  isWriting = false;
  await Promise.all(refreshing);
  await refresh(own, view);
  expect(await differences(own, view)).toEqual([]);
});

test('a role that may only write to the tables needs no right to the changes', async () => {
  await using own = await start();
  const role = `writer_${Date.now()}`;
  await own.database.query(`create role ${role}`);
  await own.database.query(`grant usage on schema bank to ${role}`);
  await own.database.query(`grant select, insert on bank.entries, bank.accounts to ${role}`);
  try {
    await onItsOwn(
      own,
      `set role ${role}; insert into bank.entries (account, amount) values (1, 1)`,
    );
    expect(await refresh(own, balances())).toMatchObject({ recomputed: 1 });
  } finally {
    await own.database.query(`drop owned by ${role}`);
    await own.database.query(`drop role ${role}`);
  }
});
