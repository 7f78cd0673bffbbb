import { createHash } from 'node:crypto';

const key = 'a-key-of-the-benchmark';

/** The tenant whose jobs are measured: one with a limit, so high that nothing is refused. */
export const tenantEnv = {
  API_KEYS: JSON.stringify([
    {
      hash: createHash('sha256').update(key).digest('hex'),
      tenant: 'bench',
      roles: ['submit', 'read'],
      tier: 'enterprise',
    },
  ]),
  RATE_LIMITS: 'enterprise=1000000000/1h',
};

export const tenantHeaders = { authorization: `Bearer ${key}` };
