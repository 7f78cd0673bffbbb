import type {
  ImportOutcome,
  ImportRequest,
  Imports,
  OpenedSource,
} from '@drover/jobs/definition/services';
import { databaseFailure } from '@drover/shared/database/failures';
import { toError } from '@drover/shared/errors';
import type { Log } from '@drover/shared/log';
import type { Pool, PoolClient } from 'pg';
import { frugalHeap } from '../database/frugal-heap.ts';
import { beginTransaction } from '../database/transaction.ts';
import { rowChecker } from './check-row.ts';
import { csvRows } from './csv-rows.ts';
import { ndjsonRows } from './ndjson-rows.ts';
import { claimImport, recordImport } from './record.ts';
import { rejectedFile } from './rejected-file.ts';
import type { FileRow, RejectedRow, RowReader } from './row.ts';
import { createStaging, type Staging } from './staging.ts';
import { utf8Text } from './utf8.ts';

/** Rows that go into the table with one statement. */
const batchSize = 1_000;
/** About the bytes of a batch of long rows, in characters. */
const batchLength = 2_000_000;

type OnRows = (rows: number, share: number) => void;

/** Rough length of a row in memory, in characters. */
const lengthOf = ({ values = {} }: FileRow): number => {
  let length = 0;
  for (const value of Object.values(values)) length += typeof value === 'string' ? value.length : 8;
  return length;
};

const batchesOf = async function* (rows: AsyncIterable<FileRow>): AsyncGenerator<FileRow[]> {
  let batch: FileRow[] = [];
  let length = 0;
  for await (const row of rows) {
    batch.push(row);
    length += lengthOf(row);
    if (batch.length < batchSize && length < batchLength) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch;
};

/** Reads the source as its format has it, and tells what share of it has been read. */
const readerOf = (
  { format, table, columns }: ImportRequest,
  { content, size }: OpenedSource,
  signal: AbortSignal,
): { reader: RowReader; share: () => number } => {
  let bytes = 0;
  const text = utf8Text(content, (read) => {
    bytes = read;
  });
  const reader = format === 'csv' ? csvRows(text, table, columns, signal) : ndjsonRows(text);
  return { reader, share: () => (size ? Math.min(1, bytes / size) : 0) };
};

/** Checks the rows of a batch and inserts those that fit. @returns the others. */
const insertBatch = async (
  batch: readonly FileRow[],
  check: ReturnType<typeof rowChecker>,
  staging: Staging,
): Promise<RejectedRow[]> => {
  const reasons = new Map<number, string>();
  const fitting = batch.flatMap((row) => {
    const checked = check(row);
    if ('values' in checked) return [{ line: row.line, values: checked.values }];
    reasons.set(row.line, checked.reason);
    return [];
  });
  const refused = fitting.length === 0 ? [] : await staging.insert(fitting);
  for (const [line, reason] of refused) reasons.set(line, reason);
  return batch.flatMap((row) => {
    const reason = reasons.get(row.line);
    return reason === undefined ? [] : [{ ...row, reason }];
  });
};

/** Inserts all rows of the source, in the transaction of `client`. */
const insertAll = async (
  client: PoolClient,
  request: ImportRequest,
  { signal, onRows }: { signal: AbortSignal; onRows: OnRows },
): Promise<ImportOutcome> => {
  const staging = await createStaging(client, request.table);
  const { reader, share } = readerOf(request, await request.open(), signal);
  const { name, header, lines } = reader.rejected;
  const rejects = rejectedFile((content) => request.keepRejected(name, content));
  const check = rowChecker(request.table);
  let read = 0;
  let rejected = 0;
  try {
    for await (const batch of batchesOf(reader.rows)) {
      signal.throwIfAborted();
      const refused = await insertBatch(batch, check, staging);
      if (refused.length > 0) await rejects.add((rejected === 0 ? header() : '') + lines(refused));
      rejected += refused.length;
      read += batch.length;
      onRows(read, share());
    }
    const artifact = await rejects.finish();
    return { inserted: read - rejected, rejected, ...(artifact && { artifact }) };
  } catch (err) {
    rejects.abandon(toError(err));
    throw err;
  }
};

/**
 * Imports by way of this pool. One transaction holds the rows and the record that they were imported:
 * a crash leaves neither, and a retry after both does nothing.
 */
export const createImports = ({ pool, log }: { pool: Pool; log: Log }): Imports => ({
  load: async (request, options) => {
    const { signal } = options;
    using _ = frugalHeap();
    try {
      await using transaction = await beginTransaction(pool, { begin: 'begin', signal });
      const { client } = transaction;
      const before = await claimImport(client, request.key);
      if (before) return before;
      const outcome = await insertAll(client, request, options);
      await recordImport(client, request.key, outcome);
      await transaction.commit();
      return outcome;
    } catch (thrown) {
      const failure = databaseFailure(thrown);
      if (failure !== thrown && !signal.aborted) {
        log.warn({ err: thrown, table: request.table.name }, 'an import failed');
      }
      throw failure;
    }
  },
});
