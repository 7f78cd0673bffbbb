import type {
  WebhookAttempt,
  WebhookDelivery,
  WebhookDeliveryFilter,
  WebhookDeliverySummary,
} from '../../../webhooks.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { describeAge, describeDuration } from '../../output/duration.ts';
import type { Style } from '../../output/output.ts';
import { printable, printableJson, printableLine } from '../../output/printable.ts';
import type { Column } from '../../output/table.ts';
import type { Session } from '../../session.ts';

const styles: Record<WebhookDelivery['status'], Style> = {
  pending: 'blue',
  succeeded: 'green',
  failed: 'red',
  canceled: 'yellow',
};

/** What an endpoint answered, or why it did not. */
const answerOf = (attempt: WebhookAttempt | null): string => {
  if (!attempt) return '-';
  const { status, error } = attempt;
  return printableLine(
    [status, error?.code].filter((it) => it !== null && it !== undefined).join(' '),
  );
};

const columns: readonly Column<WebhookDeliverySummary>[] = [
  { title: 'ID', text: ({ id }) => printableLine(id) },
  { title: 'EVENT', text: ({ event }) => event },
  { title: 'STATUS', text: ({ status }) => status },
  { title: 'ATTEMPTS', text: ({ attempts }) => String(attempts), right: true },
  { title: 'ANSWER', text: ({ lastAttempt }) => answerOf(lastAttempt) },
  { title: 'AGE', text: ({ createdAt }) => describeAge(createdAt), right: true },
  { title: 'URL', text: ({ url }) => printableLine(url ?? '-') },
];

interface ListOptions {
  endpoint?: string;
  status?: string;
  event?: string;
  source?: string;
  limit: number;
}

/** Pages of the server have that many at most. */
const pageSize = 100;

export const listDeliveries = async (
  { client, out, json }: Session,
  { limit, ...given }: ListOptions,
): Promise<ExitCode> => {
  // Which events and states there are is the server's business.
  const filter = given as WebhookDeliveryFilter;
  const items: WebhookDeliverySummary[] = [];
  let cursor: string | undefined;
  do {
    const most = Math.min(pageSize, limit - items.length);
    const page = await client.webhooks.deliveries.page(filter, { limit: most, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && items.length < limit);
  if (json) out.document({ items, more: cursor !== undefined });
  else if (items.length === 0) out.note('There are no such deliveries.');
  else {
    out.table(columns, items);
    if (cursor !== undefined) out.note('There are more: raise --limit, or narrow the filters.');
  }
  return exitCode.ok;
};

const attemptColumns: readonly Column<WebhookAttempt>[] = [
  { title: 'AT', text: ({ at }) => at },
  { title: 'TOOK', text: ({ durationMs }) => describeDuration(durationMs), right: true },
  { title: 'ANSWER', text: answerOf },
  { title: 'MESSAGE', text: ({ error }) => printableLine(error?.message ?? '') },
];

export const showDelivery = async (
  { client, out, json }: Session,
  id: string,
): Promise<ExitCode> => {
  const delivery = await client.webhooks.deliveries.get(id);
  if (json) {
    out.document(delivery);
    return exitCode.ok;
  }
  for (const [name, text] of [
    ['event', delivery.event],
    ['status', delivery.status],
    ['url', delivery.url ?? '-'],
    ['id', delivery.webhookId],
    ['next', delivery.nextAttemptAt ?? '-'],
  ] as const) {
    out.line(`${out.paint('bold', name.padEnd(8))}${printableLine(text)}`);
  }
  out.line(printableJson(delivery.body, 2));
  if (delivery.history.length > 0) out.table(attemptColumns, delivery.history);
  const { lastAttempt } = delivery;
  if (lastAttempt?.answer) out.line(printable(lastAttempt.answer));
  return exitCode.ok;
};

/** How a delivery has come out; one that failed ends the command with a failure. */
export const sayOutcome = ({ out, json }: Session, delivery: WebhookDelivery): ExitCode => {
  if (json) out.document(delivery);
  else {
    const { status, lastAttempt } = delivery;
    const answer = lastAttempt ? ` (${answerOf(lastAttempt)})` : '';
    out.line(`${out.paint(styles[status], status)}${answer}`);
    if (lastAttempt?.error) out.line(printable(lastAttempt.error.message));
  }
  return delivery.status === 'failed' ? exitCode.failed : exitCode.ok;
};

export const replayDelivery = async (
  { client, out, json }: Session,
  id: string,
): Promise<ExitCode> => {
  const delivery = await client.webhooks.deliveries.replay(id);
  if (json) out.document(delivery);
  else {
    out.line(delivery.id);
    out.note(`See what becomes of it: drover webhooks show ${printableLine(delivery.id)}`);
  }
  return exitCode.ok;
};
