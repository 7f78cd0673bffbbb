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

/**
 * SQL that makes the terms of a row that is written, of its columns as they come. The status is one of
 * them once the job has ended: until then it changes, and each change would write all words anew.
 */
export const termsOfRow = `array_to_tsvector(array_remove(array[
    ${termSql('tenant', 'tenant')}, ${termSql('type', 'type')}, ${termSql('queue', 'queue')},
    case when finished_at is not null then ${termSql('status', 'status')} end,
    ${termSql('workflow', 'workflow')}, ${termSql('schedule', 'schedule')},
    ${termSql('code', 'error_code')}
  ] || (select array_agg(${termSql('tag', 'tag')}) from unnest(tags::text[]) as tag), null))`;

/** SQL for the terms among a row's `words` that tell of an end: of its status and of its error's code. */
export const endTerms = `array(
  select term from unnest(tsvector_to_array(words)) as term
  where starts_with(term, '${marks.status}=') or starts_with(term, '${marks.code}=')
)`;

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

const term = (mark: Mark, value: string): string =>
  quoted(`${marks[mark]}=${[...value].slice(0, maxLength).join('')}`);

const anyOf = (mark: Mark, values: readonly string[] | undefined): string[] =>
  values ? [`(${values.map((value) => term(mark, value)).join(' | ')})`] : [];

/** The terms of a filter as a tsquery, but for its times; undefined when it asks for none. */
export const termsOf = (filter: HistoryFilter): string | undefined => {
  const { tenant, type, queue, status, tags, workflow, schedule, code } = filter;
  const terms = [
    ...anyOf('tenant', tenant === null ? undefined : [tenant]),
    ...anyOf('type', type),
    ...anyOf('queue', queue),
    ...anyOf('status', status),
    ...(tags ?? []).flatMap((tag) => anyOf('tag', [tag])),
    ...anyOf('workflow', workflow === undefined ? undefined : [workflow]),
    ...anyOf('schedule', schedule === undefined ? undefined : [schedule]),
    ...anyOf('code', code),
  ];
  return terms.length === 0 ? undefined : terms.join(' & ');
};
