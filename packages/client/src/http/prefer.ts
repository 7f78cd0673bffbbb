import type { ApiRequest } from './transport.ts';

/** Asks the server to hold its answer until the job has finished, for whole seconds (RFC 7240). */
export const heldFor = (ms: number | undefined): Pick<ApiRequest, 'headers' | 'holdMs'> => {
  if (ms === undefined || ms <= 0) return {};
  const seconds = Math.ceil(ms / 1_000);
  return { headers: { prefer: `wait=${seconds}` }, holdMs: seconds * 1_000 };
};
