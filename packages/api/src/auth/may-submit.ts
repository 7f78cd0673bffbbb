import type { JobType } from '@drover/jobs/definition/define-job';
import { Problem } from '@drover/shared/http/problem';
import { type Caller, mayAct } from './key-ring.ts';

/**
 * Some types are for operators: what they do concerns all tenants.
 * @throws Problem `forbidden` when the caller may not submit the type.
 */
export const requireSubmit = (caller: Caller, { type, role }: JobType): void => {
  if (role === 'submit' || mayAct(caller, role)) return;
  throw new Problem('forbidden', `To submit ${type} needs a key with the role "${role}" as well.`);
};
