import type { DeadLetterFilterInput } from '@drover/jobs/contract/dead-letters';
import type { Filter } from '@drover/jobs/dead-letters/filter';
import type { Tenant } from '@drover/jobs/dead-letters/place';
import { Problem } from '@drover/shared/http/problem';
import { type Caller, mayAct } from '../auth/key-ring.ts';

/** Whose dead letters a caller sees: its tenant's, an admin everybody's. */
export const viewedBy = (caller: Caller): Tenant =>
  mayAct(caller, 'admin') ? null : caller.tenant;

/**
 * A filter as its caller may use it.
 * @throws Problem `forbidden` when it names another tenant, and the caller is no admin.
 */
export const allowedFilter = (caller: Caller, given: DeadLetterFilterInput): Filter => {
  const { tenant, type, queue, code, group, since, until } = given;
  const view = viewedBy(caller);
  if (tenant !== undefined && view !== null && tenant !== view) {
    throw new Problem('forbidden', 'Only an admin may name another tenant than its own.');
  }
  return {
    tenant: tenant ?? view,
    ...(type !== undefined && { type }),
    ...(queue !== undefined && { queue }),
    ...(code !== undefined && { code }),
    ...(group !== undefined && { group }),
    ...(since !== undefined && { since: Date.parse(since) }),
    ...(until !== undefined && { until: Date.parse(until) }),
  };
};
