import type { Catalog } from '@drover/jobs/catalog';
import { maxBulkRate } from '@drover/jobs/contract/job-list';
import type { BulkAction } from '@drover/jobs/history/bulk';
import { z } from 'zod';
import type { JobHistory } from '../../history/job-history.ts';
import type { Admin, Visit } from '../shell/admin.ts';
import type { Page } from '../shell/page.ts';
import { bulkPage, bulkWords } from './bulk-page.ts';
import { inWords, type JobSearch, searchWith, toFilter } from './filter.ts';
import { jobPath } from './pieces.ts';
import { notLater } from './query.ts';
import { type Choices, searchPage } from './search-page.ts';

export interface SearchParts {
  catalog: Catalog;
  /** Tenants that the filter proposes. */
  tenants: readonly string[];
  history: Pick<JobHistory, 'list' | 'preview' | 'change'>;
  /** The page of the job with that id; undefined when there is none. */
  showJob(visit: Visit, id: string): Promise<Page | undefined>;
}

const section = 'jobs';

/** Jobs on a page. */
const pageSize = 50;

const listing = (admin: Admin, parts: SearchParts): void => {
  const { catalog, tenants } = parts;
  const types = [...catalog.names, ...catalog.internal.map(({ type }) => type)].toSorted();
  const choices: Choices = { tenants, types };

  admin.page({
    path: '/jobs',
    section,
    query: searchWith({ cursor: z.string().max(500).optional() }),
    show: async (visit) => {
      const { cursor, ...search } = visit.query;
      // Somebody has pasted an id: the queue may know it before the history does.
      const job = search.text && (await parts.showJob(visit, search.text.trim()));
      if (job) return job;
      const found = await parts.history.list(toFilter(search), { limit: pageSize, cursor });
      return searchPage(search, found, { choices, cursor, now: Date.now() });
    },
  });
};

const rate = z.coerce
  .number('expected a whole number')
  .int('expected a whole number')
  .min(1, 'expected 1 at least')
  .max(maxBulkRate, `expected ${maxBulkRate} at most`);

/** Jobs that are submitted after the dry run are not meant. */
const ended = (search: JobSearch): JobSearch & { until: string } => ({
  ...search,
  until: notLater(search.until),
});

const bulk = (admin: Admin, parts: SearchParts, action: BulkAction): void => {
  admin.page({
    path: `/jobs/all/${action}`,
    section,
    query: searchWith({}),
    show: async ({ query: asked, operator }) => {
      const search = ended(asked);
      const preview = await parts.history.preview(action, toFilter(search));
      return bulkPage(action, asked, { ...preview, search }, operator);
    },
  });

  admin.write({
    path: `/jobs/all/${action}`,
    section,
    action: `jobs.${action}`,
    target: ({ fields: { rate: _rate, ...search } }) => inWords(search),
    fields: searchWith({ rate }),
    asked: ({ fields: { rate: perSecond } }) => ({ rate: perSecond }),
    run: async ({ fields: { rate: perSecond, ...search }, operator: { tenant } }) => {
      const given = ended(search);
      const filter = { ...toFilter(given), until: Date.parse(given.until) };
      const job = await parts.history.change(action, { filter, rate: perSecond, tenant });
      return {
        to: jobPath(job.id),
        message: `${bulkWords[action].title}: this is the job that does it.`,
        details: { job: job.id },
      };
    },
  });
};

/** `/admin/jobs`: the search, and what is done to all that it finds. */
export const searchPages = (admin: Admin, parts: SearchParts): void => {
  listing(admin, parts);
  bulk(admin, parts, 'cancel');
  bulk(admin, parts, 'retry');
};
