import { openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type LedgerEntry, ledgerEntry, type NewEntry } from './entries.ts';

/** A file that many processes write to and none can change: what has happened stays written. */
export interface Ledger {
  append(entry: NewEntry): void;
}

/**
 * Opens the ledger for one process. An entry is one `write` to a file opened with O_APPEND: entries of
 * several processes do not mix, and what is written survives whoever wrote it, SIGKILL included.
 */
export const openLedger = (path: string): Ledger => {
  const file = openSync(path, 'a');
  return {
    append: (entry) => {
      writeSync(file, `${JSON.stringify({ ...entry, at: Date.now() })}\n`);
    },
  };
};

/** @throws ZodError or SyntaxError when something else than entries is in it. */
export const readLedger = async (path: string): Promise<LedgerEntry[]> => {
  const text = await readFile(path, 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => ledgerEntry.parse(JSON.parse(line)));
};
