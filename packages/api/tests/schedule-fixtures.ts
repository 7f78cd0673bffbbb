import { prepareDatabase } from '@drover/jobs/database/prepare';
import { publishAllDeclared } from '@drover/jobs/schedules/declared';
import type { ScheduleDefinition } from '@drover/jobs/schedules/definition';
import { createSchedulePlace, type SchedulePlace } from '@drover/jobs/schedules/place';
import { createViews } from '@drover/jobs/views/registry';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';
import { type Answer, type RunningApi, startApi } from './running-api.ts';

type Init = NonNullable<Parameters<RunningApi['ask']>[1]>;

/** An API with a Postgres of its own, and the schedules in both stores. */
export interface ScheduleApi extends AsyncDisposable {
  readonly api: RunningApi;
  readonly database: OwnDatabase;
  readonly place: SchedulePlace;
  send(method: string, path: string, body?: unknown, init?: Init): Promise<Answer>;
  put(id: string, body: unknown, init?: Init): Promise<Answer>;
}

export const hourly = {
  cron: '0 * * * *',
  timezone: 'Europe/Berlin',
  type: 'demo.echo',
  payload: { value: 1 },
};

/** As a scheduler publishes it. */
export const purge: ScheduleDefinition = {
  tenant: 'system',
  id: 'purge-sessions',
  declared: true,
  timing: { cron: '0 2 * * *', timezone: 'UTC' },
  job: { type: 'maintenance.purge', payload: { sessionsOlderThan: '30d' } },
  overlap: 'skip',
  misfire: 'run-once',
};

/** Makes the tables that schedules are kept in. */
export const prepareSchedules = (url: string): Promise<void> =>
  prepareDatabase({ url, name: 'test', demo: false, views: createViews([]), log: silentLog() });

export const startScheduleApi = async (
  overrides: Record<string, string> = {},
): Promise<ScheduleApi> => {
  const database = await createDatabase();
  await prepareSchedules(database.url);
  const api = await startApi({ DATABASE_URL: database.url, ...overrides });
  const { redis, keys } = api.queues;
  const place = createSchedulePlace({ redis, keys, log: silentLog() });
  await publishAllDeclared(place, [{ definition: purge, enabled: true }]);
  const send: ScheduleApi['send'] = (method, path, body, init = {}) =>
    api.ask(path, {
      method,
      ...(body !== undefined && {
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
      ...init,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...init.headers,
      },
    });
  return {
    api,
    database,
    place,
    send,
    put: (id, body, init) => send('PUT', `/schedules/${id}`, body, init),
    [Symbol.asyncDispose]: async () => {
      await place.component.stop(deadlineIn(1_000));
      await api[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
};
