import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { runScript, type Script } from '@drover/shared/redis/script';
import type { LogLine } from '../contract/job-events.ts';

/** Lines kept with a job; older ones are dropped. */
export const keptLogLines = 1_000;

/** Longest line kept, in characters. */
export const maxLineLength = 2_000;

type Written = Omit<LogLine, 'seq'>;

/** A line as bull-board shows it: time, level, message and, after a tab, the fields as JSON. */
export const encodeLine = ({ at, level, message, fields }: Written): string => {
  const text = `${at} ${level} ${message}`;
  // A message with tabs needs the separator, so that its own are not taken for it.
  const withFields =
    fields || message.includes('\t') ? `${text}\t${JSON.stringify(fields ?? {})}` : text;
  return withFields.length <= maxLineLength ? withFields : text.slice(0, maxLineLength);
};

const fieldsOf = (json: string): LogLine['fields'] => {
  try {
    const fields = JSON.parse(json) as Record<string, unknown>;
    return Object.keys(fields).length > 0 ? fields : undefined;
  } catch {
    return undefined;
  }
};

/** Reads what {@link encodeLine} wrote; a line that is not of its making is all message. */
export const decodeLine = (seq: number, line: string): LogLine => {
  const [, at, level, rest] = /^(\S+Z) (info|warn|error) (.*)$/s.exec(line) ?? [];
  if (at === undefined || level === undefined || rest === undefined) {
    return { seq, at: new Date(0).toISOString(), level: 'info', message: line };
  }
  const tab = rest.lastIndexOf('\t{');
  const fields = tab < 0 ? undefined : fieldsOf(rest.slice(tab + 1));
  const message = tab < 0 ? rest : rest.slice(0, tab);
  return { seq, at, level: level as LogLine['level'], message, ...(fields && { fields }) };
};

/**
 * Adds lines to a job that still exists, drops the oldest beyond the limit and counts them all, so
 * that every line keeps its number. Keys: job, its logs. Parameters: lines kept, then the lines.
 */
const append: Script = {
  name: 'droverAppendLog',
  keys: 2,
  lua: `
    if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
    for i = 2, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[i]) end
    redis.call('LTRIM', KEYS[2], -tonumber(ARGV[1]), -1)
    return redis.call('HINCRBY', KEYS[1], 'logged', #ARGV - 1)
  `,
};

/** Keys: job, its logs. Parameters: number of the last line known, most lines. Returns first number, total, lines. */
const read: Script = {
  name: 'droverReadLog',
  keys: 2,
  lua: `
    local kept = redis.call('LLEN', KEYS[2])
    local total = tonumber(redis.call('HGET', KEYS[1], 'logged')) or kept
    local start = math.max(0, tonumber(ARGV[1]) - (total - kept))
    local lines = redis.call('LRANGE', KEYS[2], start, start + tonumber(ARGV[2]) - 1)
    return {total - kept + start + 1, total, lines}
  `,
};

type Redis = Pick<QueueSet, 'redis' | 'keys'>;

const keysOf = ({ keys }: Redis, { id, queue, partition }: JobAddress) => [
  keys.inQueue(queue, partition, id),
  keys.inQueue(queue, partition, `${id}:logs`),
];

/** Keeps lines of {@link encodeLine} with the job, in one command. */
export const appendLines = async (
  queues: Redis,
  job: JobAddress,
  lines: readonly string[],
): Promise<void> => {
  await runScript(queues.redis, append, keysOf(queues, job), [keptLogLines, ...lines]);
};

/**
 * Lines of a job after the one with that number, oldest first.
 * @returns the lines and how many the job has written in all.
 */
export const readLines = async (
  queues: Redis,
  job: JobAddress,
  page: { after: number; limit: number },
): Promise<{ lines: LogLine[]; total: number }> => {
  const [first, total, lines] = (await runScript(queues.redis, read, keysOf(queues, job), [
    page.after,
    page.limit,
  ])) as [number, number, string[]];
  return { lines: lines.map((line, i) => decodeLine(first + i, line)), total };
};
