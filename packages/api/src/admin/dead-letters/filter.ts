import { deadLetterFilter } from '@drover/jobs/contract/dead-letters';
import type { Filter } from '@drover/jobs/dead-letters/filter';
import type { z } from 'zod';
import { filled, instantField, nameField } from '../jobs/query.ts';
import { type Html, html } from '../shell/html.ts';

const { type, queue, code, group } = deadLetterFilter.shape;

/** Which dead letters are meant, as forms and addresses say it. */
export const letterFields = {
  tenant: nameField.optional(),
  type,
  queue,
  code,
  group,
  since: instantField.optional(),
  until: instantField.optional(),
};

const fields = filled(letterFields);

export type LetterSearch = z.output<typeof fields>;

/** The same as scripts compare it. */
export const toFilter = ({ tenant: owner, since, until, ...rest }: LetterSearch): Filter => ({
  ...rest,
  tenant: owner ?? null,
  since: since === undefined ? undefined : Date.parse(since),
  until: until === undefined ? undefined : Date.parse(until),
});

/** The filter in the fields of a form that nobody sees. */
export const hiddenFields = (search: LetterSearch): Html[] =>
  Object.entries(search).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );

/** The filter in words. */
export const inWords = (search: LetterSearch): string => {
  const parts = Object.entries(search).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value}`],
  );
  return parts.length === 0 ? 'all dead letters of all tenants' : parts.join(', ');
};
