import { z } from 'zod';

/** A worker that was lost while it made an attempt. */
const loss = z.object({
  attempt: z.int(),
  /** When it was found out, in milliseconds. */
  lostAt: z.int(),
  /** `host:pid`; null where it is not known. */
  worker: z.string().nullable(),
  /** When the attempt had begun, in milliseconds; null where it is not known. */
  startedAt: z.int().nullable(),
});

export type Loss = z.output<typeof loss>;

/** Reads what {@link recordLoss} writes; lines that are not of its making are left out. */
export const decodeLosses = (lines: string): Loss[] =>
  lines.split('\n').flatMap((line) => {
    try {
      return [loss.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });

/** Longest text that is kept of a job's losses, in characters; the oldest lines go first. */
const maxLength = 4_000;

/**
 * A function for the script that finds out that nobody runs a claimed job any more: keeps with the job
 * which worker was lost, and when it had begun. BullMQ's own fields tell it until the next claim. Called
 * again before that, it keeps it once. `job` is the key of the job.
 */
export const recordLoss = `
    local function recordLoss(job)
      local fields = redis.call('HMGET', job, 'atm', 'pb', 'processedOn', 'losses')
      local lines, startedAt = fields[4], fields[3]
      if not startedAt then return end
      if lines and string.find(lines, '"startedAt":' .. startedAt, 1, true) then return end
      local time = redis.call('TIME')
      local line = cjson.encode({
        attempt = (tonumber(fields[1]) or 0) + 1,
        lostAt = time[1] * 1000 + math.floor(time[2] / 1000),
        worker = fields[2] or cjson.null,
        startedAt = tonumber(startedAt)
      })
      lines = lines and (lines .. '\\n' .. line) or line
      while #lines > ${maxLength} do
        local first = string.find(lines, '\\n', 1, true)
        if not first then break end
        lines = string.sub(lines, first + 1)
      end
      redis.call('HSET', job, 'losses', lines)
    end
`;
