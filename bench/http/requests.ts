import { submission } from './email.ts';
import type { Requests } from './load/run.ts';
import { tenantHeaders } from './tenant.ts';

/** Jobs in one batch. */
export const batchSize = 100;

const jsonHeaders = { ...tenantHeaders, 'content-type': 'application/json' };

/** One job a request. The bare server gets the same bytes; it reads no key. */
export const submissions = (origin: string): Requests => ({
  origin,
  method: 'POST',
  paths: ['/jobs'],
  headers: jsonHeaders,
  body: JSON.stringify(submission),
  status: 202,
});

/** A hundred jobs a request. */
export const batches = (origin: string): Requests => ({
  ...submissions(origin),
  paths: ['/jobs/batch'],
  body: JSON.stringify({ jobs: Array(batchSize).fill(submission) }),
});

/** The smallest job there is. */
export const echo = { type: 'demo.echo', payload: { value: { greeting: 'hello', number: 42 } } };

/** One small job a request. */
export const echoes = (origin: string): Requests => ({
  ...submissions(origin),
  body: JSON.stringify(echo),
});

/** Reads of single jobs. */
export const reads = (origin: string, ids: readonly string[]): Requests => ({
  origin,
  method: 'GET',
  paths: ids.map((id) => `/jobs/${id}`),
  headers: tenantHeaders,
  status: 200,
});
