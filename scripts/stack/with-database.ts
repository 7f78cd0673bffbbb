import { resolve } from 'node:path';
import { root } from '../checkout.ts';
import { withEmbeddedDatabase } from './embedded-database.ts';
import { createReport } from './report.ts';

/** An empty variable counts as unset, as in config.ts. */
const given = (name: string) => process.env[name]?.trim() || undefined;

/** Hands the URL of the database to `use`: DATABASE_URL, else the one that `npm start` brings. */
export const withDatabase = async (use: (url: string) => Promise<void>): Promise<void> => {
  const url = given('DATABASE_URL');
  if (url) return use(url);
  const dataDir = resolve(root, given('DATA_DIR') ?? '.drover');
  await withEmbeddedDatabase(dataDir, createReport('auto', process.stderr), use);
};
