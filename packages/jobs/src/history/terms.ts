import type { HistoryFilter } from './filter.ts';

/**
 * Among the words of a job stand the values that filters ask for, so that one index finds them, alone and
 * together, with words and without. A mark and `=` come first: no word of a text has that character.
 */
const marks = {
  tenant: 't',
  type: 'y',
  queue: 'q',
  status: 's',
  tag: 'g',
  workflow: 'w',
  schedule: 'h',
  code: 'c',
} as const;

type Mark = keyof typeof marks;

/** Characters of a value that count: Postgres takes words of 2 kB at most. */
const maxLength = 200;

const termSql = (mark: Mark, value: string): string =>
  `'${marks[mark]}=' || left(${value}, ${maxLength})`;

/** The status counts once the job has ended: until then it changes, and each change would write all words anew. */
const endingSql = 'case when finished_at is not null then status end';

/**
 * SQL that makes the terms of a row that is written, of its columns as they come. One stands for all of its
 * tenant, type, queue, status and error code together.
 */
export const termsOfRow = `array_to_tsvector(array_remove(array[
    drover.job_kind(tenant, type, queue, ${endingSql}, error_code), ${termSql('tenant', 'tenant')}, ${termSql('type', 'type')}, ${termSql('queue', 'queue')},
    ${termSql('status', `(${endingSql})`)},
    ${termSql('workflow', 'workflow')}, ${termSql('schedule', 'schedule')},
    ${termSql('code', 'error_code')}
  ] || case when tags::text <> '{}' then (
    select array_agg(${termSql('tag', 'tag')}) from unnest(tags::text[]) as tag
  ) end, null))`;

/** What the terms that are made by `drover.job_kind` begin with. */
const kindMark = 'k';

/** SQL for the terms among a row's `words` that tell of an end: of its status, its error's code, its kind. */
export const endTerms = `array(
  select term from unnest(tsvector_to_array(words)) as term
  where starts_with(term, '${marks.status}=') or starts_with(term, '${marks.code}=')
    or starts_with(term, '${kindMark}=')
)`;

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

const shorten = (value: string): string => [...value].slice(0, maxLength).join('');

const term = (mark: Mark, value: string): string => quoted(`${marks[mark]}=${shorten(value)}`);

const anyOf = (mark: Mark, values: readonly string[] | undefined): string[] =>
  values ? [`(${values.map((value) => term(mark, value)).join(' | ')})`] : [];

const allOf = (terms: readonly string[]): string | undefined =>
  terms.length === 0 ? undefined : terms.join(' & ');

/** The terms of a filter's values that make the kind of a job, as a tsquery; undefined when it has none. */
export const alikeTermsOf = ({ tenant, type, queue, status, code }: HistoryFilter) =>
  allOf([
    ...anyOf('tenant', tenant === null ? undefined : [tenant]),
    ...anyOf('type', type),
    ...anyOf('queue', queue),
    ...anyOf('status', status),
    ...anyOf('code', code),
  ]);

/** The terms of a filter's other values, but for its times; undefined when it asks for none. */
export const otherTermsOf = ({ tags, workflow, schedule }: HistoryFilter) =>
  allOf([
    ...(tags ?? []).flatMap((tag) => anyOf('tag', [tag])),
    ...anyOf('workflow', workflow === undefined ? undefined : [workflow]),
    ...anyOf('schedule', schedule === undefined ? undefined : [schedule]),
  ]);

/** All that is defined of these, as a tsquery; undefined when nothing is. */
export const allTerms = (parts: readonly (string | undefined)[]): string | undefined =>
  allOf(parts.flatMap((part) => (part === undefined ? [] : [`(${part})`])));

/** Values as far as they count. */
export const shortened = (values: readonly string[] | undefined): readonly string[] | undefined =>
  values?.map(shorten);
