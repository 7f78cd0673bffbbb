import type { JobType } from '@drover/jobs/definition/define-job';
import { PermanentError } from '@drover/jobs/definition/errors';
import { z } from 'zod';

/** Largest result kept, in bytes of JSON; files belong into artifacts. */
export const maxResultBytes = 1_048_576;

/** @throws PermanentError `invalid-payload`. */
export const parsePayload = (type: JobType, payload: unknown): unknown => {
  const parsed = type.payload.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new PermanentError(
    `the payload does not fit ${type.type}: ${z.prettifyError(parsed.error)}`,
    { code: 'invalid-payload' },
  );
};

/** Bytes of a value as JSON; undefined when it cannot be JSON: cyclic, a BigInt, a getter that throws. */
const jsonBytes = (value: unknown): number | undefined => {
  try {
    return Buffer.byteLength(JSON.stringify(value) ?? '');
  } catch {
    return undefined;
  }
};

/** @throws PermanentError `invalid-result` or `result-too-large`. */
export const parseResult = (type: JobType, result: unknown): unknown => {
  const unfit = (why: string, code = 'invalid-result') =>
    new PermanentError(`the result of ${type.type} ${why}`, { code });
  const parsed = type.result.safeParse(result);
  if (!parsed.success) throw unfit(`does not fit: ${z.prettifyError(parsed.error)}`);
  const bytes = jsonBytes(parsed.data);
  if (bytes === undefined) throw unfit('cannot be written as JSON');
  if (bytes > maxResultBytes) {
    throw unfit(`has ${bytes} bytes; ${maxResultBytes} are the most`, 'result-too-large');
  }
  return parsed.data;
};
