// npm run bench metrics [-- --json]: what it costs a submission and a job that they are measured and traced.
import { startSite } from '../../packages/worker/tests/web-site.ts';
import { describeMachine } from '../machine.ts';
import { runBench, say } from '../run-bench.ts';
import { startServers } from '../servers.ts';
import { type Slice, startContestant, type Variant } from './measure.ts';
import { toJson, toText } from './report.ts';

/** Processor time is counted in hundredths of a second: a slice has to take some. */
const plan = { warmUpJobs: 4_000, jobs: 2_000, rounds: 12 } as const;

await runBench(async (resources) => {
  const servers = await startServers(resources);
  const receiver = resources.use(await startSite());
  const variants: Variant[] = [
    { name: 'off', env: { METRICS: 'false' } },
    { name: 'metrics', env: {} },
    { name: 'traces', env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } },
  ];
  const contestants = [];
  for (const variant of variants) {
    say(`starting "${variant.name}"…`);
    const contestant = await startContestant(resources, servers, variant);
    await contestant.slice(plan.warmUpJobs);
    contestants.push(contestant);
  }
  const slices = new Map<string, Slice[]>(variants.map(({ name }) => [name, []]));
  for (let round = 1; round <= plan.rounds; round += 1) {
    say(`round ${round} of ${plan.rounds}…`);
    // There and back, so that whatever else goes on meets all alike.
    const order = round % 2 === 0 ? contestants.toReversed() : contestants;
    for (const contestant of order) {
      slices.get(contestant.name)?.push(await contestant.slice(plan.jobs));
    }
    receiver.arrived.length = 0;
  }
  const results = { plan, machine: describeMachine(), slices };
  return { json: toJson(results), text: toText(results) };
});
