import type { DeclaredInput } from './schedules/declare.ts';

/** What the schedules depend on. */
export interface Surroundings {
  /** IANA zone. */
  timezone: string;
  /** Who gets the daily digest; nobody: it is not sent. */
  digestTo: readonly string[];
  /** Whether the demonstration shop is there. */
  demo: boolean;
}

/** The schedules that Drover brings. One more takes an entry here; its job type may be any. */
export const declaredSchedules = ({
  timezone,
  digestTo,
}: Surroundings): readonly DeclaredInput[] => [
  {
    id: 'purge-sessions',
    cron: '0 2 * * *',
    timezone,
    type: 'maintenance.purge',
    payload: { sessionsOlderThan: '30d' },
    overlap: 'skip',
  },
  ...(digestTo.length > 0
    ? [
        {
          id: 'daily-digest',
          cron: '0 8 * * *',
          timezone,
          type: 'digest.send',
          payload: { to: digestTo, timezone },
        } as const,
      ]
    : []),
];
