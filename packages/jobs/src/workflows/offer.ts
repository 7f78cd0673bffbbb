import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { runScript, type Script } from '@drover/shared/redis/script';
import { stepFunctions } from './lua.ts';
import { partitionPrefix, workflowKey } from './place.ts';
import { type PreparedReply, toPrepared } from './prepared.ts';
import { releaseStep } from './release.ts';

/**
 * Releases those of some steps that nothing holds back. Key: the workflow. Parameters: partition's
 * prefix, now, then the places of the steps. Returns those that have to be prepared.
 */
const offerSteps: Script = {
  name: 'droverOfferSteps',
  keys: 1,
  lua: `
    ${stepFunctions}
    local W, P, now = KEYS[1], ARGV[1], ARGV[2]
    local ready = {}
    if redis.call('HGET', W, 'status') ~= 'running' then return ready end
    local isEnding = redis.call('HEXISTS', W, 'ending') == 1
    for n = 3, #ARGV do
      local at = ARGV[n]
      local text = redis.call('HGET', W, 'd:' .. at)
      local isHandler = text and cjson.decode(text).handler
      if text and isFree(W, at) then
        if isHandler and redis.call('HEXISTS', W, 'h:' .. at) == 1 then
          offer(P, W, at, now, ready, text)
        elseif not isHandler and not isEnding then
          offer(P, W, at, now, ready, text)
        end
      end
    end
    return ready
  `,
};

/** Releases those of some steps that nothing holds back; done again, it does nothing. */
export const releaseFree = async (
  queues: QueueSet,
  workflow: JobAddress,
  places: readonly number[],
): Promise<void> => {
  if (places.length === 0) return;
  const ready = (await runScript(
    queues.redis,
    offerSteps,
    [workflowKey(queues.keys, workflow)],
    [partitionPrefix(queues.keys, workflow.partition), Date.now(), ...places],
  )) as PreparedReply[];
  await Promise.all(ready.map((reply) => releaseStep(queues, toPrepared(reply))));
};
