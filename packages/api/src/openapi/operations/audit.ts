import { auditFilter } from '@drover/jobs/audit/filter';
import {
  type AuditEntry,
  auditPage,
  defaultAuditPage,
  maxAuditPage,
} from '@drover/jobs/contract/audit';
import { z } from 'zod';
import { json, type Operation } from '../operation.ts';

const pausing: AuditEntry = {
  id: '1788081124113-0',
  at: '2026-08-30T09:12:04.113Z',
  who: {
    tenant: 'acme',
    key: '9f2c1b7a',
    user: 'ada',
    address: '10.0.3.7',
    requestId: '0c9c2b5e-3f0e-4d3a-9a86-0f8b6f3b7d11',
  },
  origin: 'page',
  action: 'queue.pause',
  target: 'media',
  details: {},
  outcome: 'done',
  reason: null,
};

const refused: AuditEntry = {
  ...pausing,
  id: '1788081099402-0',
  at: '2026-08-30T09:11:39.402Z',
  who: { ...pausing.who, user: null },
  origin: 'api',
  action: 'updateQueue',
  details: { concurrency: 400 },
  outcome: 'refused',
  reason: 'invalid-submission',
};

const whole = (max: number) => z.int().min(1).max(max);

export const readAuditLog: Operation = {
  id: 'readAuditLog',
  tag: 'Audit',
  summary: 'Read the audit log',
  description:
    'What operators did at the pages, at bull-board and over the API, newest first: every write that needs the role `operate` or `admin`, and what keys with these roles change elsewhere, submissions excepted. An entry is written before anything is done, and its outcome afterwards. Payloads and secrets are never in it. While Postgres is away, the entries of that time are here, and older ones are not.',
  query: auditFilter.extend({
    since: z.iso.datetime({ offset: true }).optional().describe('Then or later'),
    until: z.iso.datetime({ offset: true }).optional().describe('Before then'),
    limit: whole(maxAuditPage).optional().describe(`Most entries; default ${defaultAuditPage}`),
    cursor: z.string().max(300).optional().describe('`nextCursor` of the page before'),
  }),
  answers: {
    200: {
      description: 'Entries, newest first.',
      headers: ['ETag'],
      content: json(auditPage, {
        entries: {
          summary: 'A queue was paused; a setting was refused',
          value: { items: [pausing, refused], nextCursor: null, complete: true },
        },
      }),
    },
  },
  problems: [],
  conditional: true,
};
