import { type Check, type Checks, type HealthReport, runChecks } from './checks.ts';

/** The three questions that an orchestrator or an operator asks of a process. */
export const probes = ['live', 'ready', 'health'] as const;
export type Probe = (typeof probes)[number];

/**
 * What each probe checks:
 * - `live`: is the process worth keeping? Only what a restart would mend.
 * - `ready`: can it do its work now? What it cannot work without.
 * - `health`: all that an operator wants to know, disk and memory included.
 */
export type ProbeChecks = Readonly<Record<Probe, Checks>>;

/** What is asked of a check that there is not: a probe by a wrong name must not look well for ever. */
const unknownCheck: Check = async () => {
  throw new Error('there is no such check');
};

/**
 * @param only the one check to run; default all. Load balancers ask for `process` alone, for sending
 *   requests elsewhere does not help while every process lacks Redis.
 * @returns the HTTP status (200, or 503 when a check fails) and the report, which names the check.
 */
export const answerProbe = async (
  probe: Probe,
  checks: ProbeChecks,
  only?: string,
): Promise<{ statusCode: 200 | 503; report: HealthReport }> => {
  const all = checks[probe];
  const chosen =
    only === undefined
      ? all
      : { [only]: (Object.hasOwn(all, only) ? all[only] : undefined) ?? unknownCheck };
  const report = await runChecks(chosen);
  return { statusCode: report.status === 'ok' ? 200 : 503, report };
};
