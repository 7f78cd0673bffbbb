import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { Subscriptions } from '@drover/shared/redis/subscriptions';
import { listEndpoints, type StoredEndpoint, type WebhookStores } from './endpoints.ts';
import { concernsJob, concernsWorkflow } from './interest.ts';

/** Whether anything was changed is asked this often without a message, for these can be lost. Milliseconds. */
const recheckMs = 10_000;

/**
 * The endpoints of all tenants, as this process knows them: whether a job needs to be settled must be
 * known when it is submitted, at no command of its own.
 */
export interface WebhookDirectory extends Component {
  /** Ids of the endpoints that are told of ends of jobs of that type. */
  forJob(tenant: string, type: string): readonly string[];
  /** Ids of the endpoints that are told of ends of workflows. */
  forWorkflow(tenant: string): readonly string[];
  /** Reads the endpoints of a tenant anew: a change of one's own counts at once. */
  refresh(tenant: string): Promise<void>;
}

const none: readonly StoredEndpoint[] = [];

const idsOf = (endpoints: readonly StoredEndpoint[]): readonly string[] =>
  endpoints.map(({ id }) => id);

export const createWebhookDirectory = (
  options: WebhookStores & { subscriptions: Subscriptions; log: Log },
): WebhookDirectory => {
  const { redis, keys, subscriptions, log } = options;
  const byTenant = new Map<string, readonly StoredEndpoint[]>();
  /** What was read last as a whole; undefined: something may have been missed. */
  let version: string | null | undefined;
  let timer: NodeJS.Timeout | undefined;

  const refresh = async (tenant: string) => {
    const endpoints = await listEndpoints(options, tenant);
    if (endpoints.length > 0) byTenant.set(tenant, endpoints);
    else byTenant.delete(tenant);
  };

  const readAll = async () => {
    const latest = await redis.get(keys.webhookVersion);
    if (latest === version) return;
    const tenants = await redis.smembers(keys.webhookTenants);
    await Promise.all([...new Set([...tenants, ...byTenant.keys()])].map(refresh));
    version = latest;
  };

  const warn = (err: Error) => {
    version = undefined;
    log.warn({ reason: err.message }, 'the webhook endpoints were not read; trying again');
  };

  const missedSome = () => {
    version = undefined;
    void readAll().catch(warn);
  };

  return {
    name: 'webhook-directory',
    forJob: (tenant, type) => {
      const endpoints = byTenant.get(tenant) ?? none;
      if (endpoints === none) return [];
      return idsOf(endpoints.filter((endpoint) => concernsJob(endpoint, type)));
    },
    forWorkflow: (tenant) => idsOf((byTenant.get(tenant) ?? none).filter(concernsWorkflow)),
    refresh,
    start: async () => {
      await subscriptions.subscribe(keys.webhookChanges, (tenant) => {
        void refresh(tenant).catch(warn);
      });
      subscriptions.onReconnect(missedSome);
      await readAll();
      timer = setInterval(() => void readAll().catch(warn), recheckMs);
    },
    stop: async () => clearInterval(timer),
  };
};
