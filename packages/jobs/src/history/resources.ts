import type { Queryable } from '@drover/shared/database/in-transaction';
import { submittedAt } from '@drover/shared/job-id';
import type { JobResource } from '../contract/job-resource.ts';
import type { Position } from './listed-job.ts';

/** Bytes of resources that are read together: a single one may be larger. */
const maxTogether = 1_048_576;

/**
 * A job as it was last recorded.
 * @param tenant whose it is; null: anybody's.
 * @returns undefined when the history has none of that id, it is another tenant's, or Redis has lost it
 * before it ended: nobody will ever end it.
 */
export const findRecorded = async (
  db: Queryable,
  id: string,
  tenant: string | null,
): Promise<JobResource | undefined> => {
  const at = submittedAt(id);
  if (at === undefined) return undefined;
  const { rows } = await db.query<{ resource: string }>(
    `select resource from drover.jobs
     where submitted_at = $1 and id = $2 and ($3::text is null or tenant = $3)
       and (gone_at is null or finished_at is not null)`,
    [new Date(at), id, tenant],
  );
  const [row] = rows;
  return row && (JSON.parse(row.resource) as JobResource);
};

const keysOf = (places: readonly Position[]): [string[], string[]] => [
  places.map(({ at }) => new Date(at).toISOString()),
  places.map(({ id }) => id),
];

/** Rows by their keys: the range tells which partitions there are to look at. */
const byKeys = (columns: string) => `
  select id, ${columns} from drover.jobs
  where (submitted_at, id) in (select * from unnest($1::timestamptz[], $2::text[]))
    and submitted_at >= (select min(at) from unnest($1::timestamptz[]) at)
    and submitted_at <= (select max(at) from unnest($1::timestamptz[]) at)`;

/** Jobs that are next to one another, as many as may be read together. */
const inParts = function* (places: readonly Position[], sizes: ReadonlyMap<string, number>) {
  let part: Position[] = [];
  let bytes = 0;
  for (const place of places) {
    const size = sizes.get(place.id) ?? 0;
    if (part.length > 0 && bytes + size > maxTogether) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(place);
    bytes += size;
  }
  if (part.length > 0) yield part;
};

/**
 * The resources of jobs as JSON texts, some at a time, in their order: it takes no more memory for many
 * than for a few. A job that is gone by now is left out.
 */
export const readResources = async function* (
  db: Queryable,
  places: readonly Position[],
): AsyncGenerator<readonly { id: string; resource: string }[], void> {
  if (places.length === 0) return;
  const { rows } = await db.query<{ id: string; size: number }>(
    byKeys('octet_length(resource) as size'),
    keysOf(places),
  );
  const sizes = new Map(rows.map(({ id, size }) => [id, size]));
  for (const part of inParts(places, sizes)) {
    const found = await db.query<{ id: string; resource: string }>(
      byKeys('resource'),
      keysOf(part),
    );
    const resources = new Map(found.rows.map(({ id, resource }) => [id, resource]));
    yield part.flatMap(({ id }) => {
      const resource = resources.get(id);
      return resource === undefined ? [] : [{ id, resource }];
    });
  }
};
