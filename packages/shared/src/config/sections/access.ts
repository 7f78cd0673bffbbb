import { apiKeys } from '../api-keys.ts';
import { egressAllow } from '../egress-allow.ts';
import { notes } from '../notes.ts';
import { rateLimits } from '../rate-limits.ts';
import { trustedProxies } from '../trusted-proxies.ts';
import { list } from '../values.ts';

const origins = list.superRefine((items, context) => {
  for (const item of items) {
    if (item === '*' || URL.parse(item)?.origin === item) continue;
    context.addIssue({
      code: 'custom',
      message: 'expected origins such as https://app.example.com, without a path',
    });
  }
});

/** Who may do what, and what jobs may reach. */
export const access = {
  API_KEYS: apiKeys.optional().meta(
    notes(
      'JSON array of keys: `hash` (SHA-256 of the key, hex), `tenant`, `roles` (`submit`, `read`, `operate`, `admin`), `tier` (`free`, the default, `basic`, `premium`, `enterprise`, `unlimited`). `npm run keys` makes them. Required to use the API in production.',
      {
        example: '[{"hash":"<64 hex digits>","tenant":"acme","roles":["submit","read"]}]',
        secret: true,
      },
    ),
  ),
  RATE_LIMITS: rateLimits
    .prefault('')
    .meta(
      notes(
        'Jobs that a tenant may submit in a window, by tier: `tier=limit/window[:algorithm]`, separated by commas. The algorithms are `token-bucket` (the default), `sliding-window` and `fixed-window`. Tiers not named keep `free=100/1h`, `basic=1000/1h`, `premium=10000/1h`, `enterprise=100000/1h`.',
        { example: 'free=100/1h,basic=1000/1h:sliding-window' },
      ),
    ),
  CORS_ORIGINS: origins.prefault('').meta(
    notes(
      'Origins whose pages may call the API from a browser, separated by commas; `*` is any. Unset: none may.',
      {
        example: 'https://app.example.com,http://localhost:5173',
      },
    ),
  ),
  TRUSTED_PROXIES: trustedProxies
    .prefault('')
    .meta(
      notes(
        'Proxies whose `X-Forwarded-For` is believed, so that logs and the audit name the client: addresses and CIDR ranges, separated by commas; `loopback` and `uniquelocal` are all of that kind. Unset: none is.',
        { example: 'loopback,10.0.0.0/8' },
      ),
    ),
  EGRESS_ALLOW: egressAllow.prefault('').meta(
    notes(
      'What jobs may reach although it is private: host names (`*.` before one for all names below it), addresses and CIDR ranges, separated by commas.',
      {
        example: 'files.internal,*.svc.cluster.local,10.1.0.0/16',
      },
    ),
  ),
};
