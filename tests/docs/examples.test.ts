import { globSync, readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { parseSubmission } from '../../packages/api/src/jobs/submission.ts';
import { createCatalog, jobTypes } from '../../packages/jobs/src/catalog.ts';
import type { JobType } from '../../packages/jobs/src/definition/define-job.ts';

const root = resolve(import.meta.dirname, '../..');
