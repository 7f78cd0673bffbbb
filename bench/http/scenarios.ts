import type { Requests } from './load/run.ts';
import { batches, batchSize, reads, submissions } from './requests.ts';
import { bare, checked, type Scenario } from './rounds.ts';
import type { Contender } from './slice.ts';
import type { Contestant, Stage } from './stage.ts';

/** Queued jobs that are read in turn. */
const jobsToRead = 4_000;

/** A contender that submits: it starts on an empty Redis, which must hold what was accepted. */
const submitter = (
  stage: Stage,
  name: string,
  { pid, jobs }: Contestant,
  requests: Requests,
  jobsPerAnswer = 1,
): Contender => ({
  name,
  pid,
  requests,
  prepare: () => stage.redis.empty(),
  verify: async (answers) => {
    const count = await jobs.count();
    const accepted = answers * jobsPerAnswer;
    if (count !== accepted) throw new Error(`${name}: ${accepted} jobs accepted, ${count} queued`);
  },
});

const submit = (stage: Stage, connections: number): Scenario => ({
  title: 'POST /jobs',
  connections,
  jobsPerAnswer: 1,
  targets: { Drover: 0.8, 'Drover, Idempotency-Key': 0.55 },
  contenders: async () => {
    const ours = submissions(stage.drover.url);
    return [
      submitter(stage, 'Drover', stage.drover, ours),
      submitter(stage, 'Drover, Idempotency-Key', stage.drover, { ...ours, freshKeys: true }),
      submitter(stage, checked, stage.checked, submissions(stage.checked.url)),
      submitter(stage, bare, stage.bare, submissions(stage.bare.url)),
    ];
  },
});

const submitBatches = (stage: Stage, connections: number): Scenario => ({
  title: `POST /jobs/batch, ${batchSize} jobs each`,
  connections,
  jobsPerAnswer: batchSize,
  targets: { Drover: 0.9 },
  contenders: async () => [
    submitter(stage, 'Drover', stage.drover, batches(stage.drover.url), batchSize),
    submitter(stage, checked, stage.checked, batches(stage.checked.url), batchSize),
    submitter(stage, bare, stage.bare, batches(stage.bare.url), batchSize),
  ],
});

/** A contender that reads jobs which it has submitted before. */
const reader = async (
  { generator }: Stage,
  name: string,
  { url, pid, jobs }: Contestant,
): Promise<Contender> => {
  await generator.make({
    requests: submissions(url),
    connections: 50,
    until: { count: jobsToRead },
  });
  return {
    name,
    pid,
    requests: reads(url, await jobs.ids()),
    prepare: async () => undefined,
    verify: async () => undefined,
  };
};

const read = (stage: Stage, connections: number): Scenario => ({
  title: 'GET /jobs/:id of a queued job',
  connections,
  jobsPerAnswer: 1,
  targets: { Drover: 0.8 },
  contenders: async () => {
    await stage.redis.empty();
    return [await reader(stage, 'Drover', stage.drover), await reader(stage, bare, stage.bare)];
  },
});

/** What is measured, by the name of the part. */
export const scenarios = {
  submit: (stage: Stage) => [submit(stage, 10), submit(stage, 100)],
  batch: (stage: Stage) => [submitBatches(stage, 10)],
  read: (stage: Stage) => [read(stage, 10), read(stage, 100)],
};
