import { PermanentError } from '@drover/jobs/definition/errors';
import type { ViewService } from '@drover/jobs/definition/services';
import { tagOf, warmPage } from '@drover/jobs/views/cached-pages';
import { viewListTag } from '@drover/jobs/views/cached-records';
import type { Caches } from '@drover/shared/cache/cache';
import { CodedError } from '@drover/shared/errors';
import type { Pool } from 'pg';
import { refreshView } from './refresh.ts';

/** No other attempt can help. */
const lasting = ['view-missing', 'filter-invalid'];

/** Refreshes views on connections to that database, and keeps what the cache has of them true. */
export const createViewService = (options: {
  database: { url: string; name: string };
  pool: Pool;
  caches: Caches;
}): ViewService => {
  const { database, caches } = options;
  return {
    refresh: async (view, { full, signal }) => {
      try {
        return await refreshView(database, { view, full, signal });
      } finally {
        // Also after a failure: the list of views tells of it.
        await caches.invalidateTags([tagOf(view.name), viewListTag]);
      }
    },
    warm: async (view, page) => {
      try {
        await warmPage(options, view, page);
      } catch (thrown) {
        if (!(thrown instanceof CodedError) || !lasting.includes(thrown.code)) throw thrown;
        throw new PermanentError(thrown.message, { code: thrown.code, cause: thrown });
      }
    },
  };
};
