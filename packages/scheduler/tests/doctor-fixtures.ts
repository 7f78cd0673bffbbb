import { examineConfig } from '@drover/shared/config';
import { testEnvironment } from '../../../tests/servers/configuration.ts';
import { examineDrover } from '../src/doctor/doctor.ts';
import type { Examined } from '../src/doctor/findings.ts';

/** What the doctor says of a Drover of the test's own. */
export interface Diagnosis {
  readonly all: readonly Examined[];
  /** The findings of one check. */
  of(check: string): readonly Examined[];
}

/** Examines a Drover by its environment; what is not given is of the test run's servers. */
export const examineBy = async (environment: Record<string, string> = {}): Promise<Diagnosis> => {
  const all = await examineDrover(examineConfig(testEnvironment(environment)));
  return { all, of: (check) => all.filter((finding) => finding.check === check) };
};

export const summariesOf = (findings: readonly Examined[]): string =>
  findings.map(({ status, summary }) => `${status}: ${summary}`).join('\n');
