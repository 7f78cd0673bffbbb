import { CodedError } from '@drover/shared/errors';
import { customers } from './customers.ts';
import type { ImportTable } from './define-import.ts';
import { orders } from './orders.ts';
import { products } from './products.ts';

/** Importable tables by name. */
export interface ImportTables {
  get(name: string): ImportTable | undefined;
  readonly names: readonly string[];
}

/** @throws CodedError `import-duplicate` when two definitions claim one name. */
export const createImportTables = (all: readonly ImportTable[]): ImportTables => {
  const byName = new Map<string, ImportTable>();
  for (const table of all) {
    if (byName.has(table.name)) {
      throw new CodedError('import-duplicate', `Two imports are named "${table.name}".`);
    }
    byName.set(table.name, table);
  }
  return { get: (name) => byName.get(name), names: [...byName.keys()] };
};

/** Every table that clients may import into. A new one takes a file beside this one and a line here. */
export const importTables = createImportTables([customers, products, orders]);
