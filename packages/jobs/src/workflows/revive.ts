import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { runScript, type Script } from '@drover/shared/redis/script';
import { stepFunctions } from './lua.ts';
import { partitionPrefix, workflowKey } from './place.ts';

/**
 * Takes back that a step has ended, for its job is to run again, and with it the end of the workflow
 * that it brought about: steps that were canceled for it are returned, to be blocked again.
 * One whose failure nobody minds, or that nobody asked for, runs again by itself.
 * Key: the workflow. Parameters: partition's prefix, workflow, step, the end of its job, now.
 * `lua.ts` describes the fields.
 */
const revive: Script = {
  name: 'droverReviveStep',
  keys: 1,
  lua: `
    ${stepFunctions}
    local W = KEYS[1]
    local P, id, n, round, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
    local Q = P .. 'workflow:'
    local function get(field) return redis.call('HGET', W, field) end
    local status = get('status')
    if not status then return {'run', {}} end
    local step = cjson.decode(get('d:' .. n))
    if redis.call('HGET', queueOf(P, step.job) .. step.job, 'finishedOn') ~= round then
      return {'busy', {}}
    end
    local isFree = (get('l:' .. n) or '0') == '0'
    local known = cjson.decode(get('o:' .. n) or '{}')
    local isOwn = step.may and isFree and not known.by
    if isOwn or (step.handler and not get('h:' .. n)) then
      redis.call('HSET', W, 'r:' .. n, round)
      return {'run', {}}
    end
    local open, revived = tonumber(get('open')), tonumber(get('revived') or '0')
    if status == 'running' and get('ending') and open > revived then return {'busy', {}} end

    local size = tonumber(get('size'))
    local outcomes, culprit = {}, nil
    for k = 0, size - 1 do
      local text = get('o:' .. k)
      if text and tostring(k) ~= n then
        outcomes[k] = cjson.decode(text)
        local other = cjson.decode(get('d:' .. k))
        local isBad = outcomes[k].status ~= 'succeeded' and not outcomes[k].by
        if isBad and not other.may and not other.handler and not culprit then
          culprit = {at = k, step = other}
        end
      end
    end
    if culprit and not isFree then return {'busy', {}} end

    local function take(k)
      redis.call('HSET', W, 'r:' .. k, round)
      if redis.call('HDEL', W, 'o:' .. k) == 0 then return end
      redis.call('HDEL', W, 'x:' .. k)
      redis.call('HINCRBY', W, 'open', 1)
      if redis.call('HSETNX', W, 'v:' .. k, '1') == 1 then redis.call('HINCRBY', W, 'revived', 1) end
    end

    local blocked = {}
    take(n)
    if culprit then
      local outcome = outcomes[culprit.at]
      redis.call('HSET', W, 'ending', outcome.status, 'culprit', culprit.at, 'error',
        cjson.encode({step = culprit.step.name, job = culprit.step.job, status = outcome.status,
          code = outcome.code, message = outcome.message}))
    else
      redis.call('HDEL', W, 'ending', 'culprit', 'error')
      local expiresAt = get('expiresAt')
      if expiresAt and tonumber(expiresAt) <= tonumber(now) then redis.call('HDEL', W, 'expiresAt') end
      for k = 0, size - 1 do
        local isOver = outcomes[k] and outcomes[k].by
        -- Taken back for the same end by one who may have died before its job was blocked.
        local isTaken = tostring(k) ~= n and not outcomes[k] and get('v:' .. k)
          and get('r:' .. k) == round
        if isOver or isTaken then
          local other = cjson.decode(get('d:' .. k))
          take(k)
          -- Nothing that it was released for has failed any more.
          redis.call('HDEL', W, 'h:' .. k)
          blocked[#blocked + 1] = tostring(k)
          blocked[#blocked + 1] = other.job
        end
      end
    end
    if status ~= 'running' then
      local tenant, ulid = get('tenant'), string.sub(id, -26)
      redis.call('HSET', W, 'status', 'running')
      redis.call('HDEL', W, 'finishedAt', 'last')
      redis.call('ZREM', Q .. 'ended', id)
      redis.call('ZREM', Q .. status .. ':' .. tenant, ulid)
      redis.call('ZADD', Q .. 'running:' .. tenant, 0, ulid)
    end
    redis.call('ZADD', Q .. 'open', now, id)
    redis.call('PUBLISH', Q .. id .. ':changes', 'status')
    return {isFree and 'run' or 'block', blocked}
  `,
};

/** What becomes of a step that is to run again. */
export interface Revival {
  /** `run` at once, `block` until its needs have ended well, or `busy`: not while others still end. */
  how: 'run' | 'block' | 'busy';
  /** Steps that were canceled for its sake: they are to be blocked again. */
  blocked: readonly { index: number; job: string }[];
}

/**
 * Takes back that a step has ended. Done again before its job runs, it does the same.
 * @param round when its job ended: the end that comes after this one counts from now on.
 */
export const reviveStep = async (
  queues: QueueSet,
  workflow: JobAddress,
  index: number,
  round: number,
): Promise<Revival> => {
  const [how, flat] = (await runScript(
    queues.redis,
    revive,
    [workflowKey(queues.keys, workflow)],
    [partitionPrefix(queues.keys, workflow.partition), workflow.id, index, round, Date.now()],
  )) as [Revival['how'], string[]];
  const blocked: { index: number; job: string }[] = [];
  for (let n = 0; n + 1 < flat.length; n += 2) {
    blocked.push({ index: Number(flat[n]), job: flat[n + 1] ?? '' });
  }
  return { how, blocked };
};
