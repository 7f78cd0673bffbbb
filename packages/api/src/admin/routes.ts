import type { Transactional } from '@drover/shared/database/in-transaction';
import type { FastifyInstance } from 'fastify';
import type { Auditor } from '../audit/auditor.ts';
import { auditPages } from './audit/pages.ts';
import { overviewPages } from './overview/pages.ts';
import type { OverviewParts } from './overview/parts.ts';
import { adminShell } from './shell/admin.ts';
import { serveAssets } from './shell/assets.ts';
import { type WorkPageParts, workPages } from './work-pages.ts';
import { workerPages } from './workers/pages.ts';

/** What the pages show, and how what is done there is written down. */
export interface AdminParts extends OverviewParts, WorkPageParts {
  auditor: Auditor;
  pool: Transactional;
}

/** The operator's pages, `/admin` and below. Only inside `requireAdmin`. */
export const adminPages = async (scope: FastifyInstance, parts: AdminParts): Promise<void> => {
  const admin = adminShell(scope, {
    addressOf: await serveAssets(scope),
    auditor: parts.auditor,
  });
  overviewPages(admin, parts);
  workerPages(admin, parts);
  auditPages(admin, parts);
  workPages(scope, admin, parts);
};
