import type { WebhookEvent } from '../contract/webhook.ts';

/** Largest body that is posted, in bytes: receivers expect messages, not files. */
const maxBodyBytes = 262_144;

const isTooLarge = (body: WebhookEvent): boolean =>
  Buffer.byteLength(JSON.stringify(body)) > maxBodyBytes;

/**
 * An event with as much of its data as may be posted.
 * @param options.large fields to be left out, null instead, one after another until the rest is small enough.
 * @param options.unknown fields that are not known any more.
 */
export const webhookBody = (
  { type, timestamp, data }: WebhookEvent,
  { large, unknown = [] }: { large: readonly string[]; unknown?: readonly string[] },
): WebhookEvent => {
  let omitted = [...unknown];
  let left = data;
  const body = (): WebhookEvent => ({
    type,
    timestamp,
    data: left,
    ...(omitted.length > 0 && { omitted }),
  });
  for (const field of large) {
    if (!isTooLarge(body())) break;
    left = { ...left, [field]: null };
    omitted = [...omitted, field];
  }
  return body();
};
