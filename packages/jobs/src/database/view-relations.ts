import type { DatabaseClient } from '@drover/shared/database/client';
import type { Queryable } from '@drover/shared/database/in-transaction';
import { quoted } from '../tables/column.ts';
import { changeLogsOf } from '../views/changes.ts';
import { type View, viewSchema } from '../views/define-view.ts';

/** Ends a view's comment in Postgres, and tells which definition it was made of. */
export const markOf = ({ fingerprint }: View): string => `[drover ${fingerprint}]`;

/** Names of a view while it is being replaced: the new one, and the old one while others need it. */
export const nameBeside = ({ name }: View): string => `${name}__new`;
export const nameOfOld = ({ name }: View): string => `${name}__old`;

/** What is in the schema of the views, with its comment. */
const readComments = async (client: Queryable): Promise<ReadonlyMap<string, string>> => {
  const { rows } = await client.query<{ name: string; comment: string | null }>(
    `select c.relname as name, obj_description(c.oid, 'pg_class') as comment
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relkind in ('m', 'r')`,
    [viewSchema],
  );
  return new Map(rows.map(({ name, comment }) => [name, comment ?? '']));
};

/** How many triggers write down changes for each view, by the views' names. */
const countTriggers = async (client: Queryable): Promise<ReadonlyMap<string, number>> => {
  const { rows } = await client.query<{ view: string; count: number }>(
    `select substring(p.proname from '^(.*)__changed_[0-9]+$') as view, count(*)::int as count
       from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = $1 and not t.tgisinternal group by 1`,
    [viewSchema],
  );
  return new Map(rows.map(({ view, count }) => [view, count]));
};

/**
 * The views that are missing in the database, were made of another definition, have lost their
 * triggers, or need one that is to be made anew. In the order given, which is that of their needs.
 */
export const outdatedViews = async (client: Queryable, views: readonly View[]): Promise<View[]> => {
  const comments = await readComments(client);
  const triggers = await countTriggers(client);
  const isTrue = (view: View) =>
    comments.get(view.name)?.endsWith(markOf(view)) === true &&
    (triggers.get(view.name) ?? 0) === 4 * changeLogsOf(view).length;
  // An old one that is still there was kept for views that had not been made anew.
  const renewed = new Set(
    views.filter((view) => comments.has(nameOfOld(view))).map(({ name }) => name),
  );
  return views.filter((view) => {
    const isOutdated = !isTrue(view) || view.needs.some((name) => renewed.has(name));
    if (isOutdated) renewed.add(view.name);
    return isOutdated;
  });
};

/** Drops a table or a materialized view of the schema, if there is one of that name. */
export const dropRelation = async (
  client: DatabaseClient,
  name: string,
  mode: 'cascade' | 'restrict' = 'restrict',
): Promise<void> => {
  const relation = `${viewSchema}.${quoted(name)}`;
  const { rows } = await client.query<{ kind: string }>(
    'select relkind as kind from pg_class where oid = to_regclass($1)',
    [relation],
  );
  const [found] = rows;
  if (!found) return;
  const kind = found.kind === 'm' ? 'materialized view' : 'table';
  await client.query(`drop ${kind} ${relation} ${mode}`);
};
