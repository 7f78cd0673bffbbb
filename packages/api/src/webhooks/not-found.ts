import { Problem } from '@drover/shared/http/problem';

/** The same for unknown, malformed, deleted and other tenants' ids: they tell nothing apart. */
export const endpointNotFound = (id: string): Problem =>
  new Problem('webhook-not-found', `There is no webhook endpoint "${id.slice(0, 100)}".`);

export const deliveryNotFound = (id: string): Problem =>
  new Problem(
    'webhook-delivery-not-found',
    `There is no webhook delivery "${id.slice(0, 100)}", or its time here is over.`,
  );
