import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationPage } from './configuration.ts';
import { environmentExample } from './environment-example.ts';
import { jobTypesPage } from './job-types.ts';
import { metricsPage } from './metrics.ts';
import { problemsPage } from './problems.ts';

export interface GeneratedFile {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly content: string;
}

/** Every file that `npm run docs` writes, as the code of now makes it. */
export const generatedFiles = (): readonly GeneratedFile[] => [
  { path: 'docs/reference/configuration.md', content: configurationPage() },
  { path: 'docs/reference/job-types.md', content: jobTypesPage() },
  { path: 'docs/reference/metrics.md', content: metricsPage() },
  { path: 'docs/reference/problems.md', content: problemsPage() },
  { path: '.env.example', content: environmentExample() },
];

const contentOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw err;
  }
};

/** Those that are missing in a checkout, or differ from what the code makes. */
export const staleFiles = (root: string): readonly GeneratedFile[] =>
  generatedFiles().filter(({ path, content }) => contentOf(join(root, path)) !== content);
