import { type Checks, type HealthReport, runChecks } from './checks.ts';

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

/** @returns the HTTP status (200, or 503 when a check fails) and the report, which names the check. */
export const answerProbe = async (
  probe: Probe,
  checks: ProbeChecks,
): Promise<{ statusCode: 200 | 503; report: HealthReport }> => {
  const report = await runChecks(checks[probe]);
  return { statusCode: report.status === 'ok' ? 200 : 503, report };
};
