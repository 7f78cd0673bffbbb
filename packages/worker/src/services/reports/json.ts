import type { View } from '@drover/jobs/views/define-view';
import type { ViewRows } from './view-rows.ts';

/** A JSON array with an object for each row, one on a line. */
export const jsonContent = async function* (
  view: View,
  { batches }: ViewRows,
): AsyncGenerator<Uint8Array> {
  const names = view.columns.map(({ name }) => name);
  let separator = '[\n';
  for await (const rows of batches) {
    const objects = rows.map((row) =>
      JSON.stringify(Object.fromEntries(names.map((name, at) => [name, row[at]]))),
    );
    yield Buffer.from(separator + objects.join(',\n'));
    separator = ',\n';
  }
  yield Buffer.from(separator === '[\n' ? '[]\n' : '\n]\n');
};
