import type { Catalog } from '@drover/jobs/catalog';
import { maxRedriveRate } from '@drover/jobs/contract/dead-letters';
import { countDeadLetters, groupDeadLetters } from '@drover/jobs/dead-letters/groups';
import { listDeadLetters } from '@drover/jobs/dead-letters/list';
import type { DeadLetters } from '@drover/jobs/dead-letters/place';
import { z } from 'zod';
import { submitRedrive } from '../../dead-letters/bulk-redrive.ts';
import { decodeCursor, encodeCursor } from '../../dead-letters/cursor.ts';
import { deleteSome } from '../../dead-letters/delete.ts';
import type { JobStore } from '../../jobs/store.ts';
import { jobPath } from '../jobs/pieces.ts';
import { filled, notLater } from '../jobs/query.ts';
import type { Admin } from '../shell/admin.ts';
import type { Page } from '../shell/page.ts';
import { count } from '../shell/words.ts';
import { discardPage, type Preview, redrivePage } from './bulk-page.ts';
import { inWords, type LetterSearch, letterFields, toFilter } from './filter.ts';
import { type Choices, groupPage, groupsPage, path } from './list-page.ts';

export interface DeadLetterPageParts {
  letters: DeadLetters;
  store: JobStore;
  catalog: Catalog;
  partitions: number;
  /** Tenants that the filter proposes. */
  tenants: readonly string[];
}

/** Dead letters on a page, and in a dry run. */
const pageSize = 50;
const sampleSize = 10;

const listed = async (
  { letters }: DeadLetterPageParts,
  search: LetterSearch,
  cursor: string | undefined,
) => {
  const filter = toFilter(search);
  const after = cursor === undefined ? undefined : decodeCursor(cursor, filter);
  const page = { order: 'newest-first', limit: pageSize + 1, after } as const;
  const [[group], found] = await Promise.all([
    groupDeadLetters(letters, filter),
    listDeadLetters(letters, filter, page),
  ]);
  const shown = found.slice(0, pageSize);
  const last = shown.at(-1);
  const next = last && found.length > pageSize ? encodeCursor(last, filter) : undefined;
  return { group, letters: shown, next };
};

const previewOf = async (
  { letters }: DeadLetterPageParts,
  asked: LetterSearch,
): Promise<Preview> => {
  // Jobs that fail again meanwhile are not meant.
  const search = { ...asked, until: notLater(asked.until) };
  const filter = toFilter(search);
  const [matched, sample] = await Promise.all([
    countDeadLetters(letters, filter),
    listDeadLetters(letters, filter, { order: 'oldest-first', limit: sampleSize }),
  ]);
  return { search, matched, sample };
};

const pages = (admin: Admin, parts: DeadLetterPageParts): void => {
  const { catalog, letters, tenants } = parts;
  const section = 'dead-letters';
  const types = [...catalog.names, ...catalog.internal.map(({ type }) => type)].toSorted();
  const choices: Choices = { tenants, types };
  const query = filled({ ...letterFields, cursor: z.string().max(300).optional() });

  admin.page({
    path: '/dead-letters',
    section,
    query,
    show: async ({ query: { cursor, ...search } }): Promise<Page> =>
      search.group === undefined
        ? groupsPage(search, await groupDeadLetters(letters, toFilter(search)), choices)
        : groupPage(search, await listed(parts, search, cursor), choices),
  });

  for (const [name, show] of [
    ['redrive', redrivePage],
    ['discard', discardPage],
  ] as const) {
    admin.page({
      path: `/dead-letters/${name}`,
      section,
      query: filled(letterFields),
      show: async ({ query: asked, operator }) =>
        show(asked, await previewOf(parts, asked), operator),
    });
  }
};

const rate = z.coerce
  .number('expected a whole number')
  .int('expected a whole number')
  .min(1, 'expected 1 at least')
  .max(maxRedriveRate, `expected ${maxRedriveRate} at most`);

const writes = (admin: Admin, parts: DeadLetterPageParts): void => {
  // Both came through a dry run, which has said until when.
  const fields = { ...letterFields, until: letterFields.until.unwrap() };
  const section = 'dead-letters';

  admin.write({
    path: '/dead-letters/redrive',
    section,
    action: 'dead-letters.redrive',
    target: ({ fields: { rate: _rate, ...search } }) => inWords(search),
    fields: filled({ ...fields, rate }),
    asked: ({ fields: { rate: perSecond } }) => ({ rate: perSecond }),
    run: async ({ fields: { rate: perSecond, ...search }, operator: { tenant } }) => {
      const filter = { ...toFilter(search), until: Date.parse(search.until) };
      const matched = await countDeadLetters(parts.letters, filter);
      const asked = { filter, rate: perSecond, matched, tenant };
      const job = await submitRedrive(parts, asked);
      return {
        to: jobPath(job.id),
        message: `${count(matched)} dead letters are being redriven by this job.`,
        details: { job: job.id, matched },
      };
    },
  });

  admin.write({
    path: '/dead-letters/discard',
    section,
    action: 'dead-letters.discard',
    target: ({ fields: search }) => inWords(search),
    fields: filled(fields),
    run: async ({ fields: search }) => {
      const { deleted, more } = await deleteSome(parts.letters, toFilter(search));
      const rest = more ? ' There may be more: discard again.' : '';
      const message = `${count(deleted)} dead letters were discarded.${rest}`;
      return { to: path, message, details: { deleted, more } };
    },
  });
};

/** `/admin/dead-letters`: by cause, one cause, and what is done to many at once. */
export const deadLetterPages = (admin: Admin, parts: DeadLetterPageParts): void => {
  pages(admin, parts);
  writes(admin, parts);
};
