import type { ScheduleInput } from '../../../schedules.ts';
import { parsePayload } from '../../arguments.ts';
import { type ExitCode, exitCode } from '../../exit-code.ts';
import { UsageError } from '../../failure.ts';
import type { Session } from '../../session.ts';
import { printSchedule } from './show.ts';

interface PutOptions {
  cron?: string;
  every?: string;
  timezone?: string;
  overlap?: string;
  misfire?: string;
  disabled?: boolean;
  priority?: number;
  tag?: string[];
}

/** Only what was given; the server checks it. */
const inputOf = (type: string, payload: unknown, given: PutOptions): ScheduleInput => {
  const { cron, every, timezone, overlap, misfire, disabled, priority, tag: tags } = given;
  const options = { ...(priority !== undefined && { priority }), ...(tags && { tags }) };
  return {
    type,
    ...(payload !== undefined && { payload }),
    ...(Object.keys(options).length > 0 && { options }),
    ...(cron !== undefined && { cron }),
    ...(every !== undefined && { every }),
    ...(timezone !== undefined && { timezone }),
    ...(overlap !== undefined && { overlap: overlap as NonNullable<ScheduleInput['overlap']> }),
    ...(misfire !== undefined && { misfire: misfire as NonNullable<ScheduleInput['misfire']> }),
    ...(disabled && { enabled: false }),
  };
};

export const putSchedule = async (
  session: Session,
  id: string,
  type: string,
  payload: string | undefined,
  options: PutOptions,
): Promise<ExitCode> => {
  if ((options.cron === undefined) === (options.every === undefined)) {
    throw new UsageError('Give --cron or --every: one of the two.');
  }
  const parsed = payload === undefined ? undefined : await parsePayload(payload);
  printSchedule(session, await session.client.schedules.put(id, inputOf(type, parsed, options)));
  return exitCode.ok;
};
