/**
 * A function for scripts that makes a settle job wait for the end of a job, as BullMQ's `addParentJob`
 * and the add of a child would; BullMQ cannot do so for a job that is there already. `S` is the settle
 * queue's key, which shares the hash tag of the job; a failure of the job releases the settle job, too.
 */
export const tie = `
    local function tie(jobKey, S, settleId, name, data, opts, now)
      local settleKey = S .. ':' .. settleId
      if redis.call('EXISTS', settleKey) == 0 then
        redis.call('HSET', settleKey, 'name', name, 'data', data, 'opts', opts, 'timestamp', now,
          'delay', 0, 'priority', cjson.decode(opts)['priority'])
        redis.call('ZADD', S .. ':waiting-children', now, settleId)
      end
      redis.call('HSET', jobKey, 'parentKey', settleKey, 'parent',
        cjson.encode({id = settleId, queueKey = S, idof = true}))
      redis.call('SADD', settleKey .. ':dependencies', jobKey)
    end
`;

/**
 * Gives jobs that were just added, in the same transaction, their settle jobs. A job that was not added
 * after all gets none: it was refused, or another job stands for it; one that has ended is settled.
 * Keys: the jobs. Parameters: settle queue's key, options, now; then id, name and data of each settle job.
 */
export const tieAll = `
    ${tie}
    local S, opts, now = ARGV[1], ARGV[2], ARGV[3]
    for n, jobKey in ipairs(KEYS) do
      local settleId, name, data = ARGV[3 * n + 1], ARGV[3 * n + 2], ARGV[3 * n + 3]
      local job = redis.call('HMGET', jobKey, 'timestamp', 'placeholder', 'finishedOn', 'parentKey')
      local isFree = not job[4] or job[4] == S .. ':' .. settleId
      if job[1] and not job[2] and not job[3] and isFree then
        tie(jobKey, S, settleId, name, data, opts, now)
      end
    end
    return true
`;
