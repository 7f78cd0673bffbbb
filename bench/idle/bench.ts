// npm run bench idle [-- --json]: the memory of Drover's processes when there is nothing to do.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { roles, startDrover } from '../drover.ts';
import { describeMachine } from '../machine.ts';
import { residentOf } from '../resident.ts';
import { forAWhile, runBench, say } from '../run-bench.ts';
import { startServers } from '../servers.ts';
import { type Footprint, toJson, toText } from './report.ts';

/** From ready to the reading: a process at rest gives back within this what its start left behind. */
const idleMs = 60_000;

await runBench(async (resources) => {
  say('starting Redis, Postgres and Drover…');
  const servers = await startServers(resources);
  const env = { NODE_COMPILE_CACHE: join(servers.folder, 'compile-cache') };
  // The first start after an installation compiles, and holds the compiler besides.
  await forAWhile(resources, (own) => startDrover(own, servers, { env }));
  say('starting Drover again, from the cache of what was compiled…');
  const { pids } = await startDrover(resources, servers, { env });
  say(`idle for ${idleMs / 1_000} s…`);
  await sleep(idleMs);
  const processes = await Promise.all(
    roles.map(async (role): Promise<Footprint> => ({ role, ...(await residentOf(pids[role])) })),
  );
  const results = { idleMs, machine: describeMachine(), processes };
  return { json: toJson(results), text: toText(results) };
});
