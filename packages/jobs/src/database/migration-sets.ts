import { join, resolve } from 'node:path';
import type { MigrationSet } from '@drover/shared/database/migrations';

const folder = resolve(import.meta.dirname, '../../migrations');

/** Drover's own tables, in a schema apart from those of an application that shares the database. */
export const droverMigrations: MigrationSet = {
  folder: join(folder, 'drover'),
  schema: 'drover',
  table: 'migrations',
};

/** The demonstration shop. It may be dropped with its schema, and is then as if it had never been. */
export const demoMigrations: MigrationSet = {
  folder: join(folder, 'demo'),
  schema: 'drover_demo',
  table: 'migrations',
};
