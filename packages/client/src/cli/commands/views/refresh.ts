import type { ExitCode } from '../../exit-code.ts';
import { exitCode } from '../../exit-code.ts';
import type { Session } from '../../session.ts';

/** How long the command waits for the refresh, in milliseconds. */
const waitMs = 3_600_000;

/** `drover views refresh` */
export const refreshView = async (
  { client, out, json }: Session,
  view: string,
  { full = false }: { full?: boolean },
): Promise<ExitCode> => {
  const submitted = await client.submit('view.refresh', { view, full });
  const job = await client.wait(submitted, { timeoutMs: waitMs });
  if (json) out.document(job);
  else if (job.status === 'succeeded') out.note(`${view} is refreshed.`);
  else out.note(`${view} is not refreshed: ${job.error?.message ?? job.status}.`);
  return job.status === 'succeeded' ? exitCode.ok : exitCode.failed;
};
