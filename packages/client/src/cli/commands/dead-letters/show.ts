import type { DeadLetter } from '../../../dead-letters.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { describeAge, describeDuration } from '../../output/duration.ts';
import { printable, printableJson, printableLine } from '../../output/printable.ts';
import type { Column } from '../../output/table.ts';
import type { Session } from '../../session.ts';
import { shortMessage } from './list.ts';

type Attempt = DeadLetter['attempts']['history'][number];

const columns: readonly Column<Attempt>[] = [
  { title: 'ATTEMPT', text: ({ attempt }) => String(attempt), right: true },
  { title: 'OUTCOME', text: ({ outcome }) => outcome },
  { title: 'CODE', text: ({ code }) => printableLine(code ?? '-') },
  { title: 'STARTED', text: ({ startedAt }) => startedAt ?? '-' },
  {
    title: 'TOOK',
    text: ({ durationMs }) => (durationMs === null ? '-' : describeDuration(durationMs)),
    right: true,
  },
  { title: 'WORKER', text: ({ worker }) => printableLine(worker ?? '-') },
  { title: 'MESSAGE', text: ({ message }) => shortMessage(message ?? '') },
];

export const showLetter = async ({ client, out, json }: Session, id: string): Promise<ExitCode> => {
  const letter = await client.deadLetters.get(id);
  if (json) {
    out.document(letter);
    return exitCode.ok;
  }
  const { type, queue, tenant, group, error, failedAt, payload, attempts } = letter;
  for (const [name, text] of [
    ['job', letter.id],
    ['type', `${type} (queue ${queue}, tenant ${tenant})`],
    ['failed', `${failedAt} (${describeAge(failedAt)} ago)`],
    ['code', error.code],
    ['group', group],
  ] as const) {
    out.line(`${out.paint('bold', name.padEnd(8))}${printableLine(text)}`);
  }
  out.line(out.paint('red', printable(error.message)));
  out.line(printableJson(payload, 2));
  if (attempts.history.length > 0) out.table(columns, attempts.history);
  return exitCode.ok;
};
