import { type ViewResource, type ViewRows, viewList, viewRows } from '@drover/jobs/contract/view';
import { z } from 'zod';
import { rowsQuery } from '../../views/parse-query.ts';
import { json, type Operation } from '../operation.ts';

const salesByRegion: ViewResource = {
  name: 'sales_by_region',
  summary: 'Orders, units and revenue of each region and day, without canceled orders.',
  columns: [
    { name: 'region', type: 'text' },
    { name: 'day', type: 'date' },
    { name: 'orders', type: 'integer' },
    { name: 'units', type: 'integer' },
    { name: 'revenue', type: 'number' },
  ],
  uniqueBy: ['region', 'day'],
  refresh: { cron: '*/5 * * * *', on: [], maxAgeMs: 900_000, incremental: false },
  needs: [],
  rows: 4_380,
  refreshedAt: '2026-08-30T09:10:00.012Z',
  ageMs: 124_311,
  stale: false,
  lastRefresh: { tookMs: 812.4, recomputed: null },
  error: null,
  links: { self: '/views/sales_by_region' },
};

const failed: ViewResource = {
  ...salesByRegion,
  ageMs: 724_311,
  stale: true,
  error: {
    message: 'the query failed: division by zero, SQLSTATE 22012',
    at: '2026-08-30T09:15:00.731Z',
  },
};

const page: ViewRows = {
  view: 'sales_by_region',
  refreshedAt: '2026-08-30T09:10:00.012Z',
  items: [
    { region: 'Europe', day: '2026-08-28', orders: 521, units: 1_033, revenue: 48_211.5 },
    { region: 'Europe', day: '2026-08-29', orders: 498, units: 987, revenue: 45_120.25 },
  ],
  nextCursor: null,
};

export const listViews: Operation = {
  id: 'listViews',
  tag: 'Views',
  summary: 'List the views',
  description:
    'Every materialized view, with when it is refreshed, how fresh it is, and how its last refresh went. While Postgres is away, the list is served as it was, with a `Warning`.',
  answers: {
    200: {
      description: 'All views.',
      headers: ['ETag', 'Age', 'Warning'],
      content: json(viewList, {
        views: { summary: 'One view', value: { items: [salesByRegion] } },
        failed: { summary: 'Its last refresh failed', value: { items: [failed] } },
      }),
    },
  },
  problems: [],
  conditional: true,
};

export const readView: Operation = {
  id: 'readView',
  tag: 'Views',
  summary: 'Read the rows of a view',
  description:
    'Rows in the order of the columns that tell them apart, from the cache. A refresh is seen here within moments. `Age` says how many seconds ago the rows were read from the database; while Postgres is away, rows that were read before are served as they were, with a `Warning`. Of a view with rows of tenants, the caller sees its own; those of others are the same for all.',
  params: z.object({
    name: z
      .string()
      .describe('The name of the view.')
      .meta({ examples: ['sales_by_region'] }),
  }),
  query: rowsQuery,
  answers: {
    200: {
      description: 'A page of rows.',
      headers: ['ETag', 'Age', 'Warning'],
      content: json(viewRows, { page: { summary: 'The last page', value: page } }),
    },
  },
  problems: ['view-not-found', 'invalid-parameters'],
  conditional: true,
};
