/** How bad it is. `skip`: it could not be looked at, for a reason that another finding names. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'skip';

/** What a check has found. */
export interface Finding {
  readonly status: Verdict;
  readonly summary: string;
  /** What to do about it. */
  readonly advice?: string;
  /** The page that says more, from the root of the checkout. */
  readonly see?: string;
}

/** A finding with the name of its check. */
export type Examined = Finding & { readonly check: string };

/** What to do, and where more is said of it. */
export interface Remedy {
  readonly advice: string;
  readonly see?: string;
}

export const ok = (summary: string): Finding => ({ status: 'ok', summary });
export const skip = (summary: string): Finding => ({ status: 'skip', summary });
export const warn = (summary: string, remedy: Remedy): Finding => ({
  status: 'warn',
  summary,
  ...remedy,
});
export const fail = (summary: string, remedy: Remedy): Finding => ({
  status: 'fail',
  summary,
  ...remedy,
});

/** What is not well, or that all is. */
export const problemsOr = (
  problems: readonly Finding[],
  allWell: string,
): readonly [Finding, ...Finding[]] => {
  const [first, ...others] = problems;
  return first ? [first, ...others] : [ok(allWell)];
};

/** The section of the runbook on an alert. */
export const runbook = (alert: string): string => `docs/guides/runbook.md#${alert.toLowerCase()}`;

export const configurationPage = 'docs/reference/configuration.md';
export const databasePage = 'docs/guides/database.md';

/** 0: all is well, 1: there are warnings, 2: something has failed. */
export const exitCodeOf = (findings: readonly Finding[]): 0 | 1 | 2 => {
  const has = (status: Verdict) => findings.some((finding) => finding.status === status);
  if (has('fail')) return 2;
  return has('warn') ? 1 : 0;
};

/** So many of something: `1 worker`, `2 workers`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;

/** The first few of many, for one line. */
export const someOf = (names: readonly string[], most = 5): string =>
  names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
