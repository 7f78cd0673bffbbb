// npm run bench reports [-- --json]: the memory and time of a worker that makes large reports and imports.
import { z } from 'zod';
import { seed } from '../../scripts/seed/seed.ts';
import { type DroverProcess, startRole } from '../drover.ts';
import { describeMachine } from '../machine.ts';
import { peakResidentOf } from '../resident.ts';
import { forAWhile, type Resources, runBench, say } from '../run-bench.ts';
import { type Servers, startServers } from '../servers.ts';
import { serveLargeFile } from './large-file.ts';
import { type Measured, toJson, toText } from './report.ts';
import { runJob } from './run-job.ts';

const rows = 1_000_000;
const formats = ['csv', 'json', 'xlsx'];

const reportResult = z.object({ rows: z.int(), artifact: z.object({ size: z.int() }) });
const importResult = z.object({ inserted: z.int(), rejected: z.int() });

/** Runs one job in a worker process of its own, whose peak is then that job's. */
const measure = async (
  resources: Resources,
  servers: Servers,
  api: DroverProcess,
  { name, type, payload }: { name: string; type: string; payload: unknown },
): Promise<Measured & { result: unknown }> =>
  forAWhile(resources, async (own) => {
    say(`${name}…`);
    const worker = await startRole('worker', own, servers, { env: { EGRESS_ALLOW: '127.0.0.1' } });
    const idle = await peakResidentOf(worker.pid);
    const { result, ms } = await runJob(api.url, type, payload);
    return { name, rows, ms, idle, peak: await peakResidentOf(worker.pid), result };
  });

/** Small jobs of every kind, so that Node has compiled all that the others will load. */
const warmUp = (resources: Resources, servers: Servers, api: DroverProcess) =>
  forAWhile(resources, async (own) => {
    say('warming up…');
    await startRole('worker', own, servers);
    for (const format of formats) {
      await runJob(api.url, 'report.generate', { view: 'sales_by_region', format });
    }
    const base64 = Buffer.from('email,name,region\nada@example.org,Ada,Europe\n,,\n').toString(
      'base64',
    );
    const payload = { source: { base64 }, format: 'csv', table: 'customers' };
    await runJob(api.url, 'data.import', payload);
  });

await runBench(async (resources) => {
  say('starting Redis and Postgres, seeding…');
  const servers = await startServers(resources);
  const seeding = performance.now();
  const size = { orders: rows, seed: 1, days: 730 };
  await seed(servers.databaseUrl, { size, replace: false }, () => undefined);
  const seedMs = performance.now() - seeding;
  const api = await startRole('api', resources, servers);

  await warmUp(resources, servers, api);

  const reports: Measured[] = [];
  for (const format of formats) {
    const payload = { view: 'order_details', format };
    const job = { name: `report, ${format}`, type: 'report.generate', payload };
    const { result, ...figures } = await measure(resources, servers, api, job);
    const report = reportResult.parse(result);
    if (report.rows !== rows) throw new Error(`the report has ${report.rows} rows`);
    reports.push({ ...figures, bytes: report.artifact.size });
  }

  const file = await serveLargeFile(resources, rows);
  const payload = { source: { url: file.url }, format: 'csv', table: 'orders' };
  const job = { name: 'import, csv', type: 'data.import', payload };
  const { result, ...figures } = await measure(resources, servers, api, job);
  const { inserted, rejected } = importResult.parse(result);
  if (inserted !== rows - file.badRows || rejected !== file.badRows) {
    throw new Error(`the import inserted ${inserted} and rejected ${rejected} rows`);
  }

  const results = { seedMs, reports, imports: [figures], machine: describeMachine() };
  return { json: toJson(results), text: toText(results) };
});
