import type { Queryable } from '@drover/shared/database/in-transaction';
import { conditionsOf, createParameters } from './conditions.ts';
import type { HistoryFilter } from './filter.ts';
import { isOpen } from './open-statuses.ts';
import { alikeTermsOf, allTerms, otherTermsOf } from './terms.ts';
import { parseWords } from './words-of-text.ts';

const timesOf = ({ since, until }: HistoryFilter, add: (value: unknown) => string): string =>
  [
    since === undefined ? '' : ` and submitted_at >= ${add(new Date(since))}`,
    until === undefined ? '' : ` and submitted_at < ${add(new Date(until))}`,
  ].join('');

/**
 * How many jobs fit, up to `most`: counting stops there. Those that Redis has lost are not counted.
 * @throws errors of Postgres.
 */
export const countHistory = async (
  db: Queryable,
  filter: HistoryFilter,
  most: number,
): Promise<number> => {
  const words = await parseWords(db, filter.text);
  if (words === '') return 0;
  const parameters = createParameters();
  const { add } = parameters;
  const conditions = conditionsOf(filter, parameters) + timesOf(filter, add);
  const isEnded = !filter.status?.some(isOpen);
  const ofValues = isEnded ? [alikeTermsOf(filter), otherTermsOf(filter)] : [];
  const terms = allTerms([words, ...ofValues]);
  const found = terms === undefined ? '' : ` and words @@ ${add(terms)}::tsquery`;
  const open = filter.status?.every(isOpen) ? ' and finished_at is null' : '';
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from (
       select from drover.jobs where ${conditions}${found}${open} and gone_at is null limit ${add(most)}
     ) as fitting`,
    parameters.values,
  );
  return rows[0]?.count ?? 0;
};
