import { text } from 'node:stream/consumers';
import type { ImportOutcome, ImportRequest, StoredFile } from '@drover/jobs/definition/services';
import { importTables } from '@drover/jobs/imports/registry';
import { silentLog } from '@drover/shared/log';
import { createImports } from '../src/services/imports/imports.ts';
import type { PreparedDatabase } from './prepared-database.ts';

/** What came of an import: its outcome, and the file of rejected rows. */
export interface Imported extends ImportOutcome {
  readonly file?: string;
}

let imports = 0;

const chunksOf = async function* (content: string | Uint8Array) {
  const bytes = Buffer.from(content);
  // Small ones, so that every boundary falls somewhere inside.
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
};

/** Imports text into a table of the demonstration schema. */
export const importInto = async (
  { pool }: PreparedDatabase,
  tableName: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  more: Partial<ImportRequest> & { signal?: AbortSignal } = {},
): Promise<Imported> => {
  const table = importTables.get(tableName);
  if (!table) throw new Error(`no table ${tableName}`);
  imports += 1;
  let file: string | undefined;
  const { signal = new AbortController().signal, ...request } = more;
  const outcome = await createImports({ pool, log: silentLog() }).load(
    {
      table,
      format: 'csv',
      key: `job-${imports}`,
      open: async () => ({
        content:
          typeof content === 'string' || content instanceof Uint8Array
            ? chunksOf(content)
            : content,
      }),
      keepRejected: async (name, stream): Promise<StoredFile> => {
        file = await text(stream as never);
        return { job: 'job', name, size: file.length, mediaType: 'text/plain', url: `/${name}` };
      },
      ...request,
    },
    { signal, onRows: () => undefined },
  );
  return { ...outcome, ...(file !== undefined && { file }) };
};
