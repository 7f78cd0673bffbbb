import { setTimeout as sleep } from 'node:timers/promises';
import type { StepEvent, WorkflowResource } from '@drover/jobs/contract/workflow';
import type { JobAddress } from '@drover/shared/job-id';
import type { Watches } from '../following/watches.ts';
import { type Cursor, decodeCursor, encodeCursor, letterOf } from './cursor.ts';
import { summaryOf } from './resource.ts';

/** How often a silent stream says that it is alive, in milliseconds: proxies close silent ones. */
const heartbeatMs = 15_000;

/** How long a browser waits before it connects anew, in milliseconds. */
const reconnectMs = 2_000;

/** Changes that come this soon after one another are told together, in milliseconds. */
const gatherMs = 25;

const toEvent = (name: string, cursor: Cursor, data: unknown): string =>
  `event: ${name}\nid: ${encodeCursor(cursor)}\ndata: ${JSON.stringify(data)}\n\n`;

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
    yield [cursor, toEvent('step', cursor, { step: name, ...step } satisfies StepEvent)];
  }
  const letter = letterOf(workflow.status);
  if (cursor.workflow !== letter) {
    cursor = { ...cursor, workflow: letter };
    yield [cursor, toEvent('status', cursor, summaryOf(workflow))];
  }
};

/** The workflow as it was seen last, until somebody takes it. */
const createInbox = () => {
  let workflow: WorkflowResource | undefined;
  let isOver = false;
  let wake = () => {};
  return {
    put: (now: WorkflowResource) => {
      workflow = now;
      wake();
    },
    end: () => {
      isOver = true;
      wake();
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
      if (workflow || isOver) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const timer = setTimeout(resolve, ms);
      await promise;
      clearTimeout(timer);
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
  try {
    yield `retry: ${reconnectMs}\n\n`;
    let spokenAt = performance.now();
    for (;;) {
      await inbox.wait(Math.max(0, spokenAt + heartbeatMs - performance.now()));
      const now = inbox.take();
      for (const [reached, event] of now ? toldOf(now, cursor) : []) {
        cursor = reached;
        spokenAt = performance.now();
        yield event;
      }
      if (performance.now() - spokenAt >= heartbeatMs) {
        spokenAt = performance.now();
        yield ': heartbeat\n\n';
      }
      if (inbox.isOver || (now && now.status !== 'running')) return;
      await sleep(gatherMs);
    }
  } finally {
    leave();
  }
};
