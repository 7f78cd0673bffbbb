import { RetryLater } from '@drover/jobs/definition/errors';
import type { View } from '@drover/jobs/views/define-view';
import { underViewLock } from '@drover/jobs/views/lock';
import { noteAttempt, noteFailure, type Refreshed } from '@drover/jobs/views/record';
import { refreshRows } from '@drover/jobs/views/refresh-rows';
import { type DatabaseClient, withClient } from '@drover/shared/database/client';
import { isDatabaseUnavailable } from '@drover/shared/database/failures';
import { cancelOnAbort } from '../database/cancel-on-abort.ts';
import { refreshFailure } from './failure.ts';

/** How soon a refresh is tried again while Postgres cannot be reached. That is nobody's failure. */
const unreachableDelay = '5s';

/** How soon Postgres notices that the process of a refresh is dead, and stops. */
const connectionCheck = '1s';

export interface RefreshRequest {
  view: View;
  full: boolean;
  signal: AbortSignal;
}

const refreshLocked = async (client: DatabaseClient, { view, full }: RefreshRequest) => {
  await noteAttempt(client, view.name);
  try {
    return await refreshRows(client, view, { full });
  } catch (thrown) {
    const failure = refreshFailure(thrown, view);
    // Where the connection is lost, the job's own failure tells.
    await noteFailure(client, view.name, failure.message).catch(() => undefined);
    throw failure;
  }
};

const refreshOver = async (
  client: DatabaseClient,
  { url, name }: { url: string; name: string },
  request: RefreshRequest,
): Promise<Refreshed> => {
  const { view, signal } = request;
  await client.query(`set client_connection_check_interval = '${connectionCheck}'`);
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const stopListening = cancelOnAbort({ pid: rows[0]?.pid ?? 0, url, name }, signal);
  try {
    signal.throwIfAborted();
    return await underViewLock(client, view.name, () => refreshLocked(client, request), signal);
  } catch (thrown) {
    // What an abort has stopped is not the view's failure.
    signal.throwIfAborted();
    throw thrown;
  } finally {
    stopListening();
  }
};

/**
 * Refreshes a view on a connection of its own, without the time limit of the pool: when this process
 * dies, so does what the connection does, and its lock is free.
 */
export const refreshView = async (
  database: { url: string; name: string },
  request: RefreshRequest,
): Promise<Refreshed> => {
  let isConnected = false;
  try {
    return await withClient(database, (client) => {
      isConnected = true;
      return refreshOver(client, database, request);
    });
  } catch (thrown) {
    if (!isConnected && isDatabaseUnavailable(thrown)) {
      throw new RetryLater(unreachableDelay, 'Postgres cannot be reached');
    }
    throw thrown;
  }
};
