import { z } from 'zod';

/** What a key may do: submit jobs, read them, operate queues, or all of it and the admin pages. */
export const roles = ['submit', 'read', 'operate', 'admin'] as const;
export type Role = (typeof roles)[number];

/** How much a tenant may submit; `RATE_LIMITS` says what each means. */
export const tiers = ['free', 'basic', 'premium', 'enterprise', 'unlimited'] as const;
export type Tier = (typeof tiers)[number];

export const apiKey = z.strictObject({
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of the key in 64 lower-case hex digits'),
  tenant: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens'),
  roles: z.array(z.enum(roles)).min(1),
  tier: z.enum(tiers).default('free'),
});

/** An API key as the server knows it: never the key itself, only its SHA-256. */
export type ApiKey = z.output<typeof apiKey>;

/** The places of keys whose hash stands before them already: which entry holds would be chance. */
const repeatedAt = (keys: readonly ApiKey[]): number[] => {
  const seen = new Set<string>();
  return keys.flatMap(({ hash }, at) => {
    if (seen.has(hash)) return [at];
    seen.add(hash);
    return [];
  });
};

/** Schema of `API_KEYS`: a JSON array of {@link ApiKey} in one variable. */
export const apiKeys = z.string().transform((text, context): ApiKey[] => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'expected a JSON array of keys' });
    return z.NEVER;
  }
  const result = z.array(apiKey).safeParse(parsed);
  const faults = result.success
    ? repeatedAt(result.data).map((at) => `[${at}.hash] this key is there twice`)
    : result.error.issues.map((issue) => `[${issue.path.join('.')}] ${issue.message}`);
  for (const message of faults) context.addIssue({ code: 'custom', message });
  return result.success && faults.length === 0 ? result.data : z.NEVER;
});
