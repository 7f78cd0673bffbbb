/** What a check has found. */
export interface Finding {
  /** What is promised, in words. */
  readonly promise: string;
  /** What was seen: a figure, or what is wrong. */
  readonly seen: string;
  /** Undefined where it could not be checked here. */
  readonly isMet: boolean | undefined;
}

const wordFor = (isMet: boolean | undefined): string => {
  if (isMet === undefined) return 'not checked';
  return isMet ? 'met' : 'NOT met';
};

/** The findings as a table for people. */
export const tableOf = (findings: readonly Finding[]): string => {
  const rows = [
    ['promise', 'verdict', 'seen'],
    ...findings.map(({ promise, isMet, seen }) => [promise, wordFor(isMet), seen]),
  ];
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = [widthOf(0), widthOf(1), 0];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const shownBreaches = 3;

/** A promise that holds when nothing speaks against it. */
export const unbroken = (
  promise: string,
  breaches: readonly string[],
  seen = 'no breach',
): Finding => ({
  promise,
  isMet: breaches.length === 0,
  seen: breaches.length === 0 ? seen : `${breaches.slice(0, shownBreaches).join('; ')}`,
});
