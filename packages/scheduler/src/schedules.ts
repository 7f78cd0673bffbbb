import { jobStats } from '@drover/jobs/views/job-stats';
import { views } from '@drover/jobs/views/registry';
import type { DeclaredInput } from './schedules/declare.ts';

/** What the schedules depend on. */
export interface Surroundings {
  /** IANA zone. */
  timezone: string;
  /** Who gets the daily digest; nobody: it is not sent. */
  digestTo: readonly string[];
  /** Whether the demonstration shop is there. */
  demo: boolean;
  /** Whether a history is recorded: without one there is nothing to count. */
  history: boolean;
}

/** Views say themselves when the clock refreshes them. */
const refreshes = ({ timezone, demo, history }: Surroundings): DeclaredInput[] =>
  views.all
    .filter((view) => (demo || !view.demo) && (history || view !== jobStats))
    .flatMap(({ name, refresh: { cron } }) =>
      cron === undefined
        ? []
        : [
            {
              id: `refresh-${name.replaceAll('_', '-')}`,
              cron,
              timezone,
              type: 'view.refresh',
              payload: { view: name },
              overlap: 'skip',
            },
          ],
    );

/** The daily digest, where there is somebody to read it. */
const digest = ({ timezone, digestTo }: Surroundings): DeclaredInput[] =>
  digestTo.length === 0
    ? []
    : [
        {
          id: 'daily-digest',
          cron: '0 8 * * *',
          timezone,
          type: 'digest.send',
          payload: { to: digestTo, timezone },
        },
      ];

/** The schedules that Drover brings. One more takes an entry here; its job type may be any. */
export const declaredSchedules = (around: Surroundings): readonly DeclaredInput[] => [
  {
    id: 'purge-sessions',
    cron: '0 2 * * *',
    timezone: around.timezone,
    type: 'maintenance.purge',
    payload: { sessionsOlderThan: '30d' },
    overlap: 'skip',
  },
  ...refreshes(around),
  ...digest(around),
];
