import { Problem } from '@drover/shared/http/problem';

/** The same for unknown, malformed, evicted and other tenants' ids: they tell nothing apart. */
export const jobNotFound = (id: string): Problem =>
  new Problem('job-not-found', `There is no job "${id.slice(0, 100)}", or its time here is over.`);
