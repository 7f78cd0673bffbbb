import { hash } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { Config } from '@drover/shared/config';
import { parseServers } from '@drover/shared/redis/servers';
import { configurationPage, type Finding, fail, problemsOr, someOf, warn } from './findings.ts';

const keysPage = 'docs/guides/keys-and-limits.md';
const metricsPage = 'docs/guides/observe.md';
const egressPage = 'docs/explanation/egress.md';

/** Keys that anybody tries first. */
const knownKeys = ['dev', 'admin', 'drover', 'key', 'password', 'secret', 'test', 'changeme'];

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\./.test(host);

const ofKeys = ({ production, host, apiKeys }: Config): Finding[] => {
  if (!production) {
    if (isLoopback(host)) return [];
    return [
      warn(`NODE_ENV is not production, and HOST=${host}: who reaches it is admin by "dev"`, {
        advice: 'See to it that only this machine does, or set NODE_ENV=production and API_KEYS.',
        see: keysPage,
      }),
    ];
  }
  if (apiKeys.length === 0) {
    const advice =
      'Make one with "npm run keys -- new". (Only APIs need it: this may be the environment of another.)';
    return [warn('API_KEYS is not set: nobody can use an API', { advice, see: keysPage })];
  }
  const known = knownKeys.filter((key) => apiKeys.some((it) => it.hash === hash('sha256', key)));
  return known.map((key) =>
    fail(`API_KEYS has the key "${key}", which anybody guesses`, {
      advice: 'Replace it by one of "npm run keys -- new".',
      see: keysPage,
    }),
  );
};

const asksNoToken = ({ production, metrics }: Config): boolean =>
  production && metrics.enabled && metrics.token === undefined;

/** The ports of what has proxies before it are those of a private network, as Prometheus needs them. */
const ofMetrics = (config: Config): Finding[] => {
  const { host, trustedProxies } = config;
  if (!asksNoToken(config) || trustedProxies.length > 0 || isLoopback(host)) return [];
  const advice = 'Set METRICS_TOKEN, and give it to Prometheus.';
  const why = `METRICS_TOKEN is not set, and HOST=${host}: who reaches the ports reads /metrics`;
  return [warn(why, { advice, see: metricsPage })];
};

const ofBrowsers = ({ production, corsOrigins }: Config): Finding[] =>
  production && corsOrigins.includes('*')
    ? [
        warn('CORS_ORIGINS is "*": pages of any origin may call the API with a key they have', {
          advice: 'Name the origins.',
          see: configurationPage,
        }),
      ]
    : [];

/** A store that is elsewhere, and asks for no password. */
const ofRedis = ({ production, redis }: Config): Finding[] => {
  const { password, nodes } = parseServers(redis.url);
  if (!production || password !== undefined || nodes.every(({ host }) => isLoopback(host))) {
    return [];
  }
  const advice =
    'Set a password in Redis and in REDIS_URL, or make sure that nobody else gets there.';
  return [warn('REDIS_URL has no password', { advice, see: configurationPage })];
};

const allWell = (config: Config): string => {
  if (!config.production) return 'open to this machine only, where the key "dev" is admin';
  return asksNoToken(config) && config.trustedProxies.length > 0
    ? 'keys and origins are closed to strangers; without METRICS_TOKEN, /metrics is refused through proxies, and open beside them'
    : 'keys, metrics and origins are closed to strangers';
};

/** Who may do what. */
export const lookAtAccess = (config: Config): readonly Finding[] =>
  problemsOr(
    [...ofKeys(config), ...ofMetrics(config), ...ofBrowsers(config), ...ofRedis(config)],
    allWell(config),
  );

/** Addresses that tell a machine's secrets, or lead to what runs beside the worker. */
const dangerous = ['169.254.169.254', '169.254.170.2', 'fd00:ec2::254', '127.0.0.1', '::1'];
const dangerousNames = ['localhost', 'metadata.google.internal'];

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const covers = (entry: string): boolean => {
  if (isIP(entry) !== 0) return dangerous.includes(entry);
  const [address = '', bits] = entry.split('/');
  if (bits !== undefined) {
    const range = new BlockList();
    range.addSubnet(address, Number(bits), familyOf(address));
    return dangerous.some((one) => range.check(one, familyOf(one)));
  }
  if (!entry.startsWith('*.')) return dangerousNames.includes(entry);
  return !entry.slice(2).includes('.') || dangerousNames.some((it) => it.endsWith(entry.slice(1)));
};

/** What jobs may reach of the private network. */
export const lookAtEgress = ({ production, egressAllow }: Config): readonly Finding[] => {
  const wide = production ? egressAllow.filter(covers) : [];
  const allowed = egressAllow.length === 0 ? 'nothing private' : someOf(egressAllow);
  return problemsOr(
    wide.map((entry) =>
      warn(`EGRESS_ALLOW lets jobs reach ${entry}: this machine, its metadata, or whole domains`, {
        advice: 'Name the hosts that jobs need, and no more.',
        see: egressPage,
      }),
    ),
    `jobs may reach ${allowed}`,
  );
};
