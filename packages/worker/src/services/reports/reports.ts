import { PermanentError } from '@drover/jobs/definition/errors';
import type { ReportRequest, Reports } from '@drover/jobs/definition/services';
import { databaseFailure, sqlStateOf } from '@drover/shared/database/failures';
import type { Log } from '@drover/shared/log';
import type { Pool } from 'pg';
import { csvContent } from './csv.ts';
import { jsonContent } from './json.ts';
import { type ViewRows, withViewRows } from './view-rows.ts';

const undefinedTable = '42P01';
const undefinedSchema = '3F000';
const notPopulated = '55000';

/** A failed report in words, and for good where another attempt cannot help. */
const reportFailure = (thrown: unknown, { view }: ReportRequest): unknown => {
  const state = sqlStateOf(thrown);
  if (state === undefinedTable || state === undefinedSchema || state === notPopulated) {
    const hint = view.demo ? ' It belongs to the demonstration schema: npm run seed makes it.' : '';
    return new PermanentError(`the view "${view.name}" is not in the database.${hint}`, {
      code: 'view-missing',
      cause: thrown,
    });
  }
  // Class 22: a value that the column's type cannot hold. The view's own rows are computed already.
  if (state?.startsWith('22')) {
    return new PermanentError('a value of the filter does not fit its column', {
      code: 'filter-invalid',
      cause: thrown,
    });
  }
  return databaseFailure(thrown);
};

/** Tells of each batch once it has been written. */
const counted = (rows: ViewRows, onRows: (done: number, total: number) => void): ViewRows => {
  const batches = async function* () {
    let done = 0;
    for await (const batch of rows.batches) {
      yield batch;
      done += batch.length;
      onRows(done, rows.total);
    }
    onRows(done, rows.total);
  };
  return { total: rows.total, batches: batches() };
};

const contentOf = async function* (
  { view, format, escapeFormulas }: ReportRequest,
  rows: ViewRows,
): AsyncGenerator<Uint8Array> {
  if (format === 'csv') return yield* csvContent(view, rows, escapeFormulas);
  if (format === 'json') return yield* jsonContent(view, rows);
  const { xlsxContent } = await import('./xlsx/workbook.ts');
  return yield* xlsxContent(view, rows);
};

/** Reports of views, read with a cursor from this pool. */
export const createReports = ({ pool, log }: { pool: Pool; log: Log }): Reports => ({
  write: async function* (request, { signal, onRows }) {
    try {
      yield* withViewRows(pool, request, signal, (rows) =>
        contentOf(request, counted(rows, onRows)),
      );
    } catch (thrown) {
      const failure = reportFailure(thrown, request);
      if (failure !== thrown && !signal.aborted) {
        log.warn({ err: thrown, view: request.view.name }, 'a report failed');
      }
      throw failure;
    }
  },
});
