/**
 * Functions for scripts. `P` is what the names of the dead letters' keys begin with; all keys share
 * the hash tag of the partition.
 */

/** Takes an entry out of the queue, and out of its groups; a group that is empty goes, too. */
export const forgetEntry = `
    local function leave(P, view, class, group, id)
      local members = P .. 'by:' .. view .. ':' .. group
      if redis.call('ZREM', members, id) == 0 or redis.call('EXISTS', members) == 1 then return end
      if redis.call('HDEL', P .. 'causes:' .. view, group) == 0 then return end
      if redis.call('HINCRBY', P .. 'classes:' .. view, class, -1) <= 0 then
        redis.call('HDEL', P .. 'classes:' .. view, class)
      end
    end

    local function forget(P, id)
      local index = redis.call('HGET', P .. id, 'index')
      if index then
        local view, class, own, common = string.match(index, '^(.-)\\n(.-)\\n(.-)\\n(.*)$')
        leave(P, view, class, own, id)
        leave(P, 'all', class, common, id)
      end
      redis.call('DEL', P .. id)
      redis.call('ZREM', P .. 'failed', id)
    end
`;

/**
 * The sets that hold the ids of a view that fit a filter, and the groups that they are. An empty text
 * in the filter fits all.
 */
export const chooseSets = `
    local function choose(P, view, filter, grouped)
      local whole = filter.type == '' and filter.queue == '' and filter.code == ''
      if view == 'all' and whole and filter.group == '' and not grouped then
        return {{key = P .. 'failed'}}
      end
      local causes = {}
      if filter.group == '' then
        causes = redis.call('HGETALL', P .. 'causes:' .. view)
      else
        local text = redis.call('HGET', P .. 'causes:' .. view, filter.group)
        if text then causes = {filter.group, text} end
      end
      local sets = {}
      for n = 1, #causes, 2 do
        local queue, type, code = string.match(causes[n + 1], '^(.-)\\n(.-)\\n([^\\n]*)')
        if (filter.queue == '' or filter.queue == queue)
          and (filter.type == '' or filter.type == type)
          and (filter.code == '' or filter.code == code) then
          sets[#sets + 1] = {
            key = P .. 'by:' .. view .. ':' .. causes[n], group = causes[n], cause = causes[n + 1]
          }
        end
      end
      return sets
    end
`;

/**
 * Whether an entry is true: its job is there, among the failed ones, with the same end. `base` is the
 * prefix of the partition.
 */
export const isTrue = `
    local function isTrue(base, id, finishedOn)
      local queue = string.match(id, '^([^.]+)%.')
      if not queue or not finishedOn then return false end
      local Q = base .. ':' .. queue .. ':'
      return redis.call('ZSCORE', Q .. 'failed', id)
        and redis.call('HGET', Q .. id, 'finishedOn') == finishedOn
    end
`;
