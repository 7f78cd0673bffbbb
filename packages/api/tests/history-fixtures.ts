import { prepareDatabase } from '@drover/jobs/database/prepare';
import { addDay, dayOf } from '@drover/jobs/history/partitions';
import { type HistoryRow, toRow } from '@drover/jobs/history/row';
import { writeRows } from '@drover/jobs/history/write';
import { createViews } from '@drover/jobs/views/registry';
import { createPool } from '@drover/shared/database/pool';
import { derivedJobId, parseJobId } from '@drover/shared/job-id';
import { silentLog } from '@drover/shared/log';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';
import { startProxy, type TcpProxy } from '../../../tests/servers/tcp-proxy.ts';
import { type Answer, type RunningApi, startApi } from './running-api.ts';

/** An API with a history of its own, whose Postgres can be taken away. */
export interface HistoryApi extends AsyncDisposable {
  readonly api: RunningApi;
  readonly database: OwnDatabase;
  /** What the API reaches Postgres through. */
  readonly proxy: TcpProxy;
  /** Records jobs that Redis never had. @returns their ids. */
  plant(jobs: readonly Planted[]): Promise<string[]>;
  /** Records jobs as Redis has them now. */
  record(ids: readonly string[]): Promise<void>;
  /** `GET /jobs` with that query string. */
  list(query?: string | Record<string, string>, key?: string): Promise<Answer>;
  ids(query?: string | Record<string, string>, key?: string): Promise<string[]>;
}

export interface Planted extends Partial<Omit<HistoryRow, 'id' | 'submittedAt'>> {
  /** Milliseconds; default now. */
  readonly at?: number;
  readonly payload?: unknown;
}

let planted = 0;

/** A row as the recorder makes it: a job that has succeeded, unless something else is said. */
const rowOf = ({ at = Date.now(), payload = { value: 1 }, ...more }: Planted): HistoryRow => {
  planted += 1;
  const { queue = 'demo', type = 'demo.echo', status = 'succeeded', tenant = 'acme' } = more;
  const id = derivedJobId(queue, 0, { seed: `${process.pid} ${planted}`, at });
  const instant = new Date(at).toISOString();
  const { errorCode = null, errorMessage = null, tags = [] } = more;
  const error = errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' };
  const resource = { id, type, queue, tenant, status, payload, tags, error, createdAt: instant };
  return {
    submittedAt: instant,
    id,
    tenant,
    type,
    queue,
    status,
    priority: 5,
    tags,
    workflow: null,
    step: null,
    schedule: null,
    createdAt: instant,
    runAt: instant,
    startedAt: instant,
    finishedAt: instant,
    attemptsMade: 1,
    attemptsMax: 3,
    errorCode,
    errorMessage,
    resource: JSON.stringify(resource),
    text: [type, ...tags, error?.code, error?.message, JSON.stringify(payload)].join(' '),
    seenAt: at * 1_000,
    origin: '',
    ...more,
  };
};

export const startHistoryApi = async (
  overrides: Record<string, string> = {},
): Promise<HistoryApi> => {
  const database = await createDatabase();
  const log = silentLog();
  await prepareDatabase({
    url: database.url,
    name: 'test',
    demo: false,
    views: createViews([]),
    log,
  });
  const pool = createPool({ url: database.url, max: 2, name: 'test', log });
  for (const days of [0, 1, 2]) await addDay(pool, dayOf(Date.now() - days * 86_400_000));
  const proxy = await startProxy(database.url);
  const api = await startApi({ DATABASE_URL: proxy.url, ...overrides });
  const list: HistoryApi['list'] = (query = '', key) =>
    api.ask(`/jobs?${new URLSearchParams(query)}`, key === undefined ? {} : { key });
  return {
    api,
    database,
    proxy,
    plant: async (jobs) => {
      const rows = jobs.map(rowOf);
      await writeRows(pool, rows);
      return rows.map(({ id }) => id);
    },
    record: async (ids) => {
      const rows = await Promise.all(
        ids.map(async (id) => {
          const address = parseJobId(id);
          const job = address && (await api.queues.read(address));
          return address && job && toRow(address, job, Date.now() * 1_000);
        }),
      );
      await writeRows(
        pool,
        rows.filter((row) => row !== undefined),
      );
    },
    list,
    ids: async (query, key) =>
      (await list(query, key)).body.items.map(({ id }: { id: string }) => id),
    [Symbol.asyncDispose]: async () => {
      await api[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
};
