import { parsePayload } from '../../arguments.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { UsageError } from '../../failure.ts';
import { statusStyle } from '../../output/status.ts';
import type { Session } from '../../session.ts';
import { type FilterOptions, meantBy } from './filter.ts';
import { letterColumns } from './list.ts';

interface RedriveOptions extends FilterOptions {
  payload?: string;
  rate?: number;
  dryRun?: boolean;
}

const redriveOne = async (
  { client, out, json }: Session,
  id: string,
  { payload, rate, dryRun }: RedriveOptions,
): Promise<ExitCode> => {
  if (rate !== undefined || dryRun) {
    throw new UsageError('--rate and --dry-run are for many dead letters, not for one.');
  }
  const edited = payload === undefined ? {} : { payload: await parsePayload(payload) };
  const job = await client.deadLetters.redrive(id, edited);
  if (json) out.document(job);
  else out.line(out.paint(statusStyle[job.status], job.status));
  return exitCode.ok;
};

const preview = async (
  { client, out, json }: Session,
  which: Parameters<Session['client']['deadLetters']['previewRedrive']>[0],
): Promise<ExitCode> => {
  const found = await client.deadLetters.previewRedrive(which);
  if (json) out.document(found);
  else {
    out.line(`${found.count} would be redriven`);
    if (found.sample.length > 0) out.table(letterColumns, found.sample);
  }
  return exitCode.ok;
};

export const redriveLetters = async (
  session: Session,
  id: string | undefined,
  options: RedriveOptions,
): Promise<ExitCode> => {
  const meant = meantBy(id, options);
  if ('id' in meant) return redriveOne(session, meant.id, options);
  const { client, out, json } = session;
  if (options.payload !== undefined) throw new UsageError('--payload is for one dead letter.');
  if (options.dryRun) return preview(session, meant.which);
  const job = await client.deadLetters.redriveAll(meant.which, { rate: options.rate });
  if (json) out.document(job);
  else {
    out.line(job.id);
    out.note(`A job redrives them. Watch it with: drover watch ${job.id}`);
  }
  return exitCode.ok;
};

export const deleteLetters = async (
  { client, out, json }: Session,
  id: string | undefined,
  options: FilterOptions,
): Promise<ExitCode> => {
  const meant = meantBy(id, options);
  const { deadLetters } = client;
  const deleted =
    'id' in meant
      ? await deadLetters.delete(meant.id).then(() => 1)
      : await deadLetters.deleteAll(meant.which);
  if (json) out.document({ deleted });
  else out.line(`deleted ${deleted}`);
  return exitCode.ok;
};
