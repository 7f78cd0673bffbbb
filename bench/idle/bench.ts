// npm run bench idle [-- --json]: the memory of Drover's processes when there is nothing to do.
import { setTimeout as sleep } from 'node:timers/promises';
import { roles, startDrover } from '../drover.ts';
import { describeMachine } from '../machine.ts';
import { residentOf } from '../resident.ts';
import { runBench, say } from '../run-bench.ts';
import { startServers } from '../servers.ts';
import { type Footprint, toJson, toText } from './report.ts';

/** From ready to the reading. */
const idleMs = 10_000;

await runBench(async (resources) => {
  say('starting Redis, Postgres and Drover…');
  const { pids } = await startDrover(resources, await startServers(resources));
  say(`idle for ${idleMs / 1_000} s…`);
  await sleep(idleMs);
  const processes = await Promise.all(
    roles.map(async (role): Promise<Footprint> => ({ role, ...(await residentOf(pids[role])) })),
  );
  const results = { idleMs, machine: describeMachine(), processes };
  return { json: toJson(results), text: toText(results) };
});
