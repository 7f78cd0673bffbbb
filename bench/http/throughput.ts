import { describeMachine, type Machine } from '../machine.ts';
import { type Resources, say } from '../run-bench.ts';
import { submissions } from './requests.ts';
import { type Round, type Scenario, takeRound } from './rounds.ts';
import { type Stage, setStage } from './stage.ts';
import { type Summary, summarize } from './summary.ts';

/** Two slices a turn; short ones, because a busy machine changes from second to second. */
export const plan = { rounds: 3, turns: 3, sliceMs: 1_000 } as const;

export interface Throughput {
  readonly plan: typeof plan;
  readonly machine: Machine & { readonly redis: string };
  /** Whether the API counted the requests against a limit. */
  readonly throttled: boolean;
  readonly summaries: readonly Summary[];
}

/** Measures scenarios, in rounds of all of them. */
export const measureThroughput = async (
  resources: Resources,
  choose: (stage: Stage) => readonly Scenario[],
): Promise<Throughput> => {
  say('starting Redis, Postgres, the API, the bare server and the load generator…');
  const stage = await setStage(resources);
  const { generator } = stage;
  const setting = { generator, redisPid: stage.redis.pid };
  const measured = choose(stage).map((scenario) => ({ scenario, rounds: [] as Round[] }));

  say('warming up…');
  for (const { scenario } of measured) {
    await takeRound(setting, scenario, { number: 0, turns: 1, ms: plan.sliceMs });
  }
  for (let number = 0; number < plan.rounds; number += 1) {
    for (const { scenario, rounds } of measured) {
      say(
        `round ${number + 1} of ${plan.rounds}: ${scenario.title}, ${scenario.connections} connections…`,
      );
      rounds.push(
        await takeRound(setting, scenario, { number, turns: plan.turns, ms: plan.sliceMs }),
      );
    }
  }
  const { sample } = await generator.make({
    requests: submissions(stage.drover.url),
    connections: 1,
    until: { count: 1 },
  });
  const machine = describeMachine();
  return {
    plan,
    machine: { ...machine, redis: stage.redis.version },
    throttled: 'ratelimit' in sample.headers,
    summaries: measured.map((it) => summarize(it.scenario, it.rounds, machine.cores)),
  };
};
