import type { WorkflowResource } from '../../packages/jobs/src/contract/workflow.ts';
import type { RandomGraph } from './graphs.ts';
import type { Told } from './receiver.ts';

/** An event that somebody asked for. */
export interface DueEvent {
  source: string;
  event: string;
}

/** What is to be told of a workflow that has ended: its own end, and those of steps that ask for it. */
export const dueEvents = (
  { id, status, steps }: WorkflowResource,
  { body }: Pick<RandomGraph, 'body'>,
): DueEvent[] => {
  const asking = Object.entries(steps).filter(([name]) => body.steps[name]?.options?.webhook);
  const ofSteps = asking.map(([, step]) => ({
    source: step.job,
    // The job of a step that was not needed was canceled.
    event: `job.${step.status === 'skipped' ? 'canceled' : step.status}`,
  }));
  return [...(body.webhook ? [{ source: id, event: `workflow.${status}` }] : []), ...ofSteps];
};

/** What was told, by what it tells of. */
export const bySource = (told: readonly Told[]): ReadonlyMap<string, readonly Told[]> =>
  Map.groupBy(told, ({ source }) => source);

/** Whether the receiver has taken an event. */
export const isTold = ({ source }: DueEvent, told: ReturnType<typeof bySource>): boolean =>
  told.get(source)?.some(({ isAccepted }) => isAccepted) === true;

/** Events that were not told, or told otherwise, or under several ids. */
export const webhookFaults = (
  due: readonly DueEvent[],
  told: ReturnType<typeof bySource>,
): string[] =>
  due.flatMap((it) => {
    const { source, event } = it;
    const posts = told.get(source) ?? [];
    const ids = new Set(posts.map(({ webhookId }) => webhookId));
    const others = new Set(posts.map((post) => post.event).filter((other) => other !== event));
    return [
      ...(isTold(it, told) ? [] : [`${source}: ${event} was never delivered`]),
      ...(ids.size > 1 ? [`${source}: ${event} has the ids ${[...ids].join(', ')}`] : []),
      ...[...others].map((other) => `${source}: ${other} was told instead of ${event}`),
    ];
  });
