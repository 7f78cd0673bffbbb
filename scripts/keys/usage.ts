import { roles, tiers } from '../../packages/shared/src/config/api-keys.ts';

export const usage = `Usage:
  npm run keys -- new --tenant NAME --roles ROLES [--tier TIER] [--json]
      Makes a key. ROLES: ${roles.join(', ')}; several with commas between.
      TIER: ${tiers.join(', ')}; ${tiers[0]} unless given.
  npm run keys -- hash < file
      Tells the hash of the key on standard input.
`;

/** The arguments are wrong; the message says how. */
export class UsageError extends Error {}
