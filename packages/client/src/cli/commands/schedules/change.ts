import { type ExitCode, exitCode } from '../../exit-code.ts';
import type { Session } from '../../session.ts';

export const removeSchedule = async (
  { client, out, json }: Session,
  id: string,
): Promise<ExitCode> => {
  await client.schedules.delete(id);
  if (json) out.document({ deleted: id });
  else out.line(`deleted ${id}`);
  return exitCode.ok;
};

export const triggerSchedule = async (
  { client, out, json }: Session,
  id: string,
): Promise<ExitCode> => {
  const job = await client.schedules.trigger(id);
  if (json) out.document(job);
  else {
    out.line(job.id);
    out.note(`Watch it with: drover watch ${job.id}`);
  }
  return exitCode.ok;
};

export const switchSchedule =
  (way: 'enable' | 'disable') =>
  async ({ client, out, json }: Session, id: string): Promise<ExitCode> => {
    const schedule = await client.schedules[way](id);
    if (json) out.document(schedule);
    else out.line(way === 'enable' ? `enabled; next ${schedule.next[0] ?? '-'}` : 'disabled');
    return exitCode.ok;
  };
