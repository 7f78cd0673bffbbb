import { setTimeout as sleep } from 'node:timers/promises';
import type { NewWebhook, Webhook, WebhookDelivery } from '../../../webhooks.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { UsageError } from '../../failure.ts';
import { printableLine } from '../../output/printable.ts';
import type { Column } from '../../output/table.ts';
import type { Session } from '../../session.ts';
import { sayOutcome } from './deliveries.ts';

const columns: readonly Column<Webhook>[] = [
  { title: 'ID', text: ({ id }) => printableLine(id) },
  { title: 'URL', text: ({ url }) => printableLine(url) },
  { title: 'EVENTS', text: ({ events }) => events?.join(',') ?? 'all' },
  { title: 'TYPES', text: ({ types }) => printableLine(types?.join(',') ?? 'all') },
  {
    title: 'STATE',
    text: ({ enabled, disabledReason }) =>
      enabled ? 'enabled' : `disabled (${printableLine(disabledReason ?? 'by-hand')})`,
  },
  { title: 'DESCRIPTION', text: ({ description }) => printableLine(description) },
];

const show = ({ out, json }: Session, endpoint: Webhook): ExitCode => {
  if (json) out.document(endpoint);
  else out.table(columns, [endpoint]);
  return exitCode.ok;
};

export const listEndpoints = async ({ client, out, json }: Session): Promise<ExitCode> => {
  const items = await client.webhooks.list();
  if (json) out.document({ items });
  else if (items.length === 0)
    out.note('There are no endpoints. Register one: drover webhooks add');
  else out.table(columns, items);
  return exitCode.ok;
};

interface AddOptions {
  event?: string[];
  type?: string[];
  description?: string;
}

export const addEndpoint = async (
  session: Session,
  url: string,
  { event, type, description }: AddOptions,
): Promise<ExitCode> => {
  const endpoint = await session.client.webhooks.create({
    url,
    // Which events there are is the server's business.
    ...(event && { events: event as NonNullable<NewWebhook['events']> }),
    ...(type && { types: type }),
    ...(description !== undefined && { description }),
  });
  const code = show(session, endpoint);
  if (!session.json) session.out.note('The secret to verify with: drover webhooks secret');
  return code;
};

interface ChangeOptions {
  url?: string;
  enable?: boolean;
  disable?: boolean;
}

export const changeEndpoint = async (
  session: Session,
  id: string,
  { url, enable, disable }: ChangeOptions,
): Promise<ExitCode> => {
  if (enable && disable) throw new UsageError('Give --enable or --disable, not both.');
  const patch = {
    ...(url !== undefined && { url }),
    ...((enable || disable) && { enabled: enable === true }),
  };
  if (Object.keys(patch).length === 0) {
    throw new UsageError('Give at least one of --url, --enable and --disable.');
  }
  return show(session, await session.client.webhooks.update(id, patch));
};

export const removeEndpoint = async (
  { client, out, json }: Session,
  id: string,
): Promise<ExitCode> => {
  await client.webhooks.delete(id);
  if (json) out.document({ deleted: id });
  else out.line(`deleted ${printableLine(id)}`);
  return exitCode.ok;
};

/** How long a test is waited for, and how often it is looked at, in milliseconds. */
const testTimeoutMs = 30_000;
const lookEveryMs = 200;

export const testEndpoint = async (session: Session, id: string): Promise<ExitCode> => {
  const { webhooks } = session.client;
  const until = Date.now() + testTimeoutMs;
  let delivery: WebhookDelivery = await webhooks.test(id);
  while (delivery.status === 'pending' && Date.now() < until) {
    await sleep(lookEveryMs);
    delivery = await webhooks.deliveries.get(delivery.id);
  }
  return sayOutcome(session, delivery);
};
