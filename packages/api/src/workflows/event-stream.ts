import { setTimeout as sleep } from 'node:timers/promises';
import type { StepEvent, WorkflowResource } from '@drover/jobs/contract/workflow';
import type { JobAddress } from '@drover/shared/job-id';
import { createBell, serverSentEvents, toEvent } from '../following/server-sent-events.ts';
import type { Watches } from '../following/watches.ts';
import { type Cursor, decodeCursor, encodeCursor, letterOf } from './cursor.ts';
import { summaryOf } from './resource.ts';

/** Changes that come this soon after one another are told together, in milliseconds. */
const gatherMs = 25;

/** What has changed since the cursor: steps in their order, then the workflow. */
const toldOf = function* (
  workflow: WorkflowResource,
  from: Cursor,
): Generator<[cursor: Cursor, event: string]> {
  let cursor = from;
  for (const [at, [name, step]] of Object.entries(workflow.steps).entries()) {
    const letter = letterOf(step.status);
    if (cursor.steps[at] === letter) continue;
    const steps = cursor.steps.slice(0, at) + letter + cursor.steps.slice(at + 1);
    cursor = { ...cursor, steps };
    yield [
      cursor,
      toEvent('step', encodeCursor(cursor), { step: name, ...step } satisfies StepEvent),
    ];
  }
  const letter = letterOf(workflow.status);
  if (cursor.workflow !== letter) {
    cursor = { ...cursor, workflow: letter };
    yield [cursor, toEvent('status', encodeCursor(cursor), summaryOf(workflow))];
  }
};

/** The workflow as it was seen last, until somebody takes it. */
const createInbox = () => {
  let workflow: WorkflowResource | undefined;
  let isOver = false;
  const bell = createBell();
  return {
    put: (now: WorkflowResource) => {
      workflow = now;
      bell.ring();
    },
    end: () => {
      isOver = true;
      bell.ring();
    },
    get isOver() {
      return isOver;
    },
    take: () => {
      const taken = workflow;
      workflow = undefined;
      return taken;
    },
    /** Resolves when there is something, or after a while. */
    wait: async (ms: number): Promise<void> => {
      if (!workflow && !isOver) await bell.wait(ms);
    },
  };
};

/**
 * The events of a workflow as text/event-stream, from where a follower was: every status of its steps,
 * and its own, that lasts long enough to be seen. Ends after the workflow's terminal status, or without
 * it when the workflow is gone or the process stops.
 * @param lastEventId of the follower, as it was sent.
 */
export const workflowEventStream = async function* (
  source: { watches: Watches<WorkflowResource>; workflow: JobAddress; signal: AbortSignal },
  lastEventId: string,
  steps: number,
): AsyncGenerator<string, void> {
  const { watches, workflow, signal } = source;
  const inbox = createInbox();
  let cursor = decodeCursor(lastEventId, steps);
  if (signal.aborted) inbox.end();
  signal.addEventListener('abort', inbox.end, { once: true });
  const leave = await watches.follow(workflow, {
    changed: (now) => (now ? inbox.put(now) : inbox.end()),
    released: inbox.end,
  });
  let hasEnded = false;
  let gathering: Promise<void> | undefined;
  const events = function* () {
    const now = inbox.take();
    for (const [reached, event] of now ? toldOf(now, cursor) : []) {
      cursor = reached;
      yield event;
    }
    hasEnded = now !== undefined && now.status !== 'running';
  };
  const wait = async (ms: number) => {
    await gathering;
    await inbox.wait(ms);
    gathering = sleep(gatherMs);
  };
  try {
    yield* serverSentEvents({ wait, events, isOver: () => inbox.isOver || hasEnded });
  } finally {
    leave();
  }
};
