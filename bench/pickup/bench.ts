// npm run bench pickup [-- --json]: how soon a submitted job starts, beside bare BullMQ.
import { startDrover } from '../drover.ts';
import { describeMachine } from '../machine.ts';
import { type Resources, runBench, say } from '../run-bench.ts';
import { startServers } from '../servers.ts';
import { startBareBullmq } from './bare-bullmq.ts';
import { droverClient } from './drover-client.ts';
import { hearMoments } from './moments.ts';
import { observerPort } from './observer.ts';
import { type Plan, toJson, toText } from './report.ts';
import { type Round, takeRound } from './samples.ts';
import { summarize } from './summary.ts';

const plan: Plan = { rounds: 3, jobsPerRound: 1_000, warmUpJobs: 100 };

const measure = async (resources: Resources) => {
  say('starting Redis, Postgres, Drover and a bare BullMQ worker…');
  const moments = await hearMoments(resources);
  const servers = await startServers(resources);
  const [{ url }, bare] = await Promise.all([
    startDrover(resources, servers, {
      nodeOptions: { worker: ['--import=./bench/pickup/observe-worker.ts'] },
      env: { [observerPort]: String(moments.port) },
    }),
    startBareBullmq(resources, servers, moments),
  ]);
  const contenders = { drover: droverClient(resources, url), bare };

  say('warming up…');
  await takeRound(contenders, moments, plan.warmUpJobs);
  const rounds: Round[] = [];
  while (rounds.length < plan.rounds) {
    say(`round ${rounds.length + 1} of ${plan.rounds}…`);
    rounds.push(await takeRound(contenders, moments, plan.jobsPerRound));
  }
  return {
    plan,
    machine: { ...describeMachine(), redis: bare.redisVersion },
    drover: summarize(rounds.map((round) => round.drover)),
    bare: summarize(rounds.map((round) => round.bare)),
  };
};

await runBench(async (resources) => {
  const results = await measure(resources);
  return { json: toJson(results), text: toText(results) };
});
