import { stripVTControlCharacters } from 'node:util';
import { type Examined, exitCodeOf, type Verdict } from './findings.ts';

/** One line of what Redis, Postgres or the environment says must stay one, and must not steer a terminal. */
const plain = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .toWellFormed()
    .slice(0, 600);

const width = (findings: readonly Examined[]): number =>
  Math.max(0, ...findings.map(({ check }) => check.length));

const linesOf = (finding: Examined, nameWidth: number): string[] => {
  const { status, check, summary, advice, see } = finding;
  const indent = ' '.repeat(6 + nameWidth + 2);
  return [
    `${status.padEnd(4)}  ${check.padEnd(nameWidth)}  ${plain(summary)}`,
    ...(advice === undefined ? [] : [`${indent}→ ${plain(advice)}`]),
    ...(see === undefined ? [] : [`${indent}→ see ${see}`]),
  ];
};

/** One line for all that were skipped for the same reason. */
const skippedLines = (findings: readonly Examined[]): string[] => {
  const skipped = findings.filter(({ status }) => status === 'skip');
  const byReason = Map.groupBy(skipped, ({ summary }) => summary);
  return [...byReason].map(([reason, its]) => {
    const names = its.map(({ check }) => check).join(', ');
    return `skip  ${plain(reason)}, so this was not looked at: ${names}`;
  });
};

const countsOf = (findings: readonly Examined[]): Record<Verdict, number> => {
  const count = (status: Verdict) => findings.filter((it) => it.status === status).length;
  return { ok: count('ok'), warn: count('warn'), fail: count('fail'), skip: count('skip') };
};

/** For people: a line for each finding, and what to do below it. */
export const toText = (findings: readonly Examined[]): string => {
  const told = findings.filter(({ status }) => status !== 'skip');
  const nameWidth = width(told);
  const { ok, warn, fail, skip } = countsOf(findings);
  const skipped = skip === 0 ? '' : `, ${skip} skipped`;
  const lines = told.flatMap((finding) => linesOf(finding, nameWidth));
  return `${[...lines, ...skippedLines(findings), '', `${ok} ok, ${warn} warn, ${fail} fail${skipped}`].join('\n')}\n`;
};

const verdicts = ['ok', 'warn', 'fail'] as const;

/** For programs. */
export const toJson = (findings: readonly Examined[], version: string): string => {
  const report = {
    status: verdicts[exitCodeOf(findings)],
    version,
    counts: countsOf(findings),
    findings: findings.map(({ summary, advice, ...rest }) => ({
      ...rest,
      summary: plain(summary),
      ...(advice !== undefined && { advice: plain(advice) }),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
};
