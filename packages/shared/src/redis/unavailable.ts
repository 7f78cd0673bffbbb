/** What clients, sockets and Redis itself say when the store cannot take a command now. */
const signs = [
  'Connection is closed',
  "Stream isn't writeable",
  'Command timed out',
  'Reached the max retries per request limit',
  'connect ETIMEDOUT',
  'Socket closed unexpectedly',
  'OOM ',
  'EXECABORT ',
  'LOADING ',
  'READONLY ',
  'MISCONF ',
  'BUSY ',
  'CLUSTERDOWN ',
  'TRYAGAIN ',
  'Too many Cluster redirections',
  "Cluster isn't ready",
  'Cluster is ended',
  'None of startup nodes is available',
  'Failed to refresh slots cache',
  'MASTERDOWN ',
  'NOREPLICAS ',
  'NOAUTH ',
  'WRONGPASS ',
] as const;

const socketCodes =
  /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|NR_CLOSED)/;

/**
 * Whether an error means that Redis is gone, still loading, out of memory or otherwise unable to
 * serve now, as opposed to a fault of ours.
 */
export const isRedisUnavailable = (err: unknown): boolean => {
  if (!(err instanceof Error)) return false;
  const code = (err as NodeJS.ErrnoException).code;
  if (typeof code === 'string' && socketCodes.test(code)) return true;
  if (err instanceof AggregateError) return err.errors.some(isRedisUnavailable);
  return signs.some((sign) => err.message.includes(sign));
};
