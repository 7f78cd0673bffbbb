import { PermanentError } from '@drover/jobs/definition/errors';
import { CodedError } from '@drover/shared/errors';
import type { Thrown } from '../../execution/thrown.ts';

/** An error of the worker's, as the handler would have met it there. */
export const reviveThrown = ({ kind, code, message }: Thrown): Error =>
  kind === 'permanent' ? new PermanentError(message, { code }) : new CodedError(code, message);
