import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HistoryFilter } from '@drover/jobs/history/filter';
import type { Position } from '@drover/jobs/history/listed-job';
import type { Queryable } from '@drover/shared/database/in-transaction';
import { Problem } from '@drover/shared/http/problem';
import { z } from 'zod';
import { foreignCursor } from '../http/sealed-cursor.ts';

/** How long a cursor is good, in milliseconds. */
const goodMs = 86_400_000;

/** A place in a list, and when it was handed out. */
const content = z.tuple([z.number(), z.string(), z.number()]);

/** Signs places in lists of jobs, so that nobody makes one up. */
export interface JobCursors {
  encode(position: Position, filter: HistoryFilter): Promise<string>;
  /** @throws Problem `invalid-parameters` for what is no cursor of that list, or too old. */
  decode(cursor: string, filter: HistoryFilter): Promise<Position>;
}

const readSecret = async (db: Queryable): Promise<string> => {
  const { rows } = await db.query<{ value: string }>(
    "select value from drover.secrets where name = 'job-cursors'",
  );
  const [row] = rows;
  if (!row) throw new Error('the secret of the cursors is missing from drover.secrets');
  return row.value;
};

/** Fields in one order, whatever order they came in. */
const canonical = (filter: HistoryFilter): string =>
  JSON.stringify(Object.entries(filter).toSorted(([one], [other]) => (one < other ? -1 : 1)));

const parse = (text: string) => {
  try {
    return content.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** All processes share the secret, which is in Postgres: there is no list without it. */
export const createJobCursors = (db: Queryable): JobCursors => {
  let secret: Promise<string> | undefined;

  const known = (): Promise<string> => {
    secret ??= readSecret(db).catch((err: unknown) => {
      secret = undefined;
      throw err;
    });
    return secret;
  };

  const sign = async (body: string, filter: HistoryFilter): Promise<string> =>
    createHmac('sha256', await known())
      .update(`${body}\n${canonical(filter)}`)
      .digest('base64url');

  return {
    encode: async ({ at, id }, filter) => {
      const body = Buffer.from(JSON.stringify([at, id, Date.now()])).toString('base64url');
      return `${body}.${await sign(body, filter)}`;
    },
    decode: async (cursor, filter) => {
      const [body = '', signature = ''] = cursor.split('.');
      const expected = Buffer.from(await sign(body, filter));
      const given = Buffer.from(signature);
      const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
      const place = isOurs ? parse(Buffer.from(body, 'base64url').toString()) : undefined;
      if (!place || cursor !== `${body}.${signature}`) throw foreignCursor('list');
      const [at, id, madeAt] = place;
      if (Date.now() - madeAt > goodMs) {
        const detail = 'The query string is not valid: cursor: it is older than a day. Begin anew.';
        throw new Problem('invalid-parameters', detail);
      }
      return { at, id };
    },
  };
};
