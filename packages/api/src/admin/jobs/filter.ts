import { checkRange, jobFilterFields } from '@drover/jobs/contract/job-list';
import { type HistoryFilter, toHistoryFilter } from '@drover/jobs/history/filter';
import { z } from 'zod';
import { type Html, html } from '../shell/html.ts';
import { instantField, nameField, withoutBlanks } from './query.ts';

/** Values as a field has them, one by one or with commas. */
const apart = (given: unknown): unknown => {
  const values = [given ?? []].flat().flatMap((value) => String(value).split(','));
  const names = values.map((value) => value.trim()).filter((value) => value !== '');
  return names.length === 0 ? undefined : names;
};

const { status, type, queue, tag, code, workflow, schedule, text } = jobFilterFields;
const several = <T extends z.ZodType>(values: T) => z.preprocess(apart, values).optional();

/** Which jobs are meant, as forms and addresses say it. */
export const searchFields = {
  text,
  status: several(status),
  type: several(type),
  queue: several(queue),
  tag: several(tag),
  code: several(code),
  workflow,
  schedule,
  tenant: nameField.optional(),
  since: instantField.optional(),
  until: instantField.optional(),
};

/** The same as a whole, with more fields beside it. */
export const searchWith = <S extends z.ZodRawShape>(more: S) =>
  z.preprocess(
    withoutBlanks,
    z.strictObject({ ...searchFields, ...more }).superRefine((given, context) => {
      checkRange(given as { since?: string; until?: string }, context);
    }),
  );

const search = searchWith({});

/** A search, checked. Instants are RFC 3339, so that it means the same whenever it is done. */
export type JobSearch = z.output<typeof search>;

/** The same as the history takes it. */
export const toFilter = ({ tenant, ...filter }: JobSearch): HistoryFilter =>
  toHistoryFilter(filter, tenant ?? null);

/** The search in the fields of a form that nobody sees. */
export const hiddenFields = (given: JobSearch): Html[] =>
  Object.entries(given).flatMap(([name, values]) =>
    [values ?? []]
      .flat()
      .map((value) => html`<input type="hidden" name="${name}" value="${value}">`),
  );

/** The search in words. */
export const inWords = (given: JobSearch): string => {
  const parts = Object.entries(given).flatMap(([name, values]) =>
    values === undefined ? [] : [`${name} ${[values].flat().join(' or ')}`],
  );
  return parts.length === 0 ? 'all jobs of all tenants' : parts.join(', ');
};
