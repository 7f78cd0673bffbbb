import { setTimeout as sleep } from 'node:timers/promises';
import { keeping } from '../../../e2e/faults/checks/keeping.ts';
import type { PlannedRequest } from '../../../e2e/faults/client/plan.ts';
import { readJobs, type ShownJob } from '../../../e2e/faults/evidence/api-jobs.ts';
import { acceptedIds, entriesOf, gatherEvidence } from '../../../e2e/faults/evidence/evidence.ts';
import type { LedgerEntry } from '../../../e2e/faults/ledger/entries.ts';
import { isTerminal } from '../../../packages/jobs/src/contract/job-resource.ts';
import { type Finding, unbroken } from '../findings.ts';
import { isExplained, type Outage } from './outages.ts';

/** When none has ended for this long, none will: a lost worker is noticed within 15 s. */
const stuckMs = 60_000;
const againMs = 1_000;

/** Every job as the API shows it, when all have ended or none does any more. */
const readEnded = async (url: string, ids: Iterable<string>): Promise<Map<string, ShownJob>> => {
  const shown = new Map<string, ShownJob>();
  let open = [...ids];
  let progressAt = performance.now();
  while (open.length > 0 && performance.now() - progressAt < stuckMs) {
    const before = open.length;
    for (const [id, job] of await readJobs(url, open)) shown.set(id, job);
    open = open.filter((id) => {
      const status = shown.get(id)?.status;
      return status !== undefined && !isTerminal(status);
    });
    if (open.length < before) progressAt = performance.now();
    if (open.length > 0) await sleep(againMs);
  }
  return shown;
};

/** Holds what the clients were told, and what became of their jobs, against what is promised. */
export const judgeLoad = async (options: {
  name: string;
  url: string;
  requests: readonly PlannedRequest[];
  entries: readonly LedgerEntry[];
  outages: readonly Outage[];
}): Promise<Finding[]> => {
  const { name, url, requests, entries, outages } = options;
  const accepted = acceptedIds(entries);
  const jobs = [...accepted].flatMap(([n, ids]) => [...ids].map((id) => ({ n, id })));
  const shown = await readEnded(
    url,
    jobs.map(({ id }) => id),
  );
  // What the API shows stands for what Redis holds, which no port leads to.
  const stored = jobs
    .filter(({ id }) => shown.has(id))
    .map((job) => ({ ...job, places: ['shown'], claims: 1 }));
  const evidence = gatherEvidence({ requests, entries, stored, shown, deadLetters: undefined });

  const failures = entriesOf(entries, 'unknown');
  const unexplained = failures.filter((failure) => !isExplained(failure, outages));
  const reasons = Map.groupBy(unexplained, ({ why }) => why);
  const notDone = [...shown.values()].filter(({ status }) => status !== 'succeeded');
  return [
    unbroken(
      `${name}: no failed submission is unexplained`,
      [...reasons].map(([why, those]) => {
        const times = those.map(({ at }) => at);
        const span = [Math.min(...times), Math.max(...times)].map((at) =>
          new Date(at).toISOString(),
        );
        return `${those.length} × ${why} from ${span.join(' to ')}`;
      }),
      `${requests.length} submissions, ${failures.length} explained failures`,
    ),
    ...keeping.map(({ promise, breaches }) =>
      unbroken(`${name}: ${promise}`, breaches(evidence) ?? [], `${jobs.length} jobs`),
    ),
    unbroken(
      `${name}: every accepted job succeeded`,
      notDone.map(({ id, status }) => `${id} is ${status}`),
      `${shown.size} jobs`,
    ),
  ];
};
