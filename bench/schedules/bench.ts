// npm run bench schedules [-- --json]: how long 10 000 schedules take to be reconciled, and how late
// their slots are fired.
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../packages/shared/src/log.ts';
import { startDrover } from '../drover.ts';
import { describeMachine } from '../machine.ts';
import { runBench, say } from '../run-bench.ts';
import { startServers } from '../servers.ts';
import { defineSchedules } from './define.ts';
import { readFirings } from './firing.ts';
import { reconcileTwice } from './reconciling.ts';
import { type Results, toJson, toText } from './report.ts';

const schedules = 10_000;

/** How long slots are watched, after the processes have settled. */
const watchedMs = 45_000;
const settlingMs = 10_000;

/** Until the last of the watched slots is surely done. */
const tailMs = 3_000;

await runBench(async (resources) => {
  const log = silentLog();
  say('starting Redis and Postgres…');
  const servers = await startServers(resources);
  say(`writing ${schedules} schedules to Postgres…`);
  await defineSchedules(servers.databaseUrl, schedules, log);
  say('reconciling…');
  const { first, second } = await reconcileTwice(servers, log);
  say('starting Drover…');
  await startDrover(resources, servers);
  await sleep(settlingMs);
  say(`watching for ${watchedMs / 1_000} s…`);
  const since = Math.ceil(Date.now() / 1_000) * 1_000;
  const until = since + watchedMs;
  await sleep(until + tailMs - Date.now());
  const fired = await readFirings(servers.redisUrl, schedules, { since, until }, log);
  const machine = describeMachine();
  const results: Results = { machine, schedules, first, second, watchedMs, fired };
  return { json: toJson(results), text: toText(results) };
});
