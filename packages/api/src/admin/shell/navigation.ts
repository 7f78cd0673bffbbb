import type { IconName } from './icons.ts';

/** A part of the pages that the navigation leads to. */
export interface Section {
  readonly name: SectionName;
  readonly title: string;
  readonly path: string;
  readonly icon: IconName;
  /** Pressed after `g`, this key leads there. */
  readonly key: string;
}

export type SectionName =
  | 'overview'
  | 'jobs'
  | 'dead-letters'
  | 'schedules'
  | 'workflows'
  | 'workers'
  | 'audit'
  | 'board';

/** In the order in which they are shown. */
export const sections: readonly Section[] = [
  { name: 'overview', title: 'Overview', path: '/admin', icon: 'overview', key: 'o' },
  { name: 'jobs', title: 'Jobs', path: '/admin/jobs', icon: 'jobs', key: 'j' },
  {
    name: 'dead-letters',
    title: 'Dead letters',
    path: '/admin/dead-letters',
    icon: 'dead-letters',
    key: 'd',
  },
  { name: 'schedules', title: 'Schedules', path: '/admin/schedules', icon: 'schedules', key: 's' },
  { name: 'workflows', title: 'Workflows', path: '/admin/workflows', icon: 'workflows', key: 'w' },
  { name: 'workers', title: 'Workers', path: '/admin/workers', icon: 'workers', key: 'k' },
  { name: 'audit', title: 'Audit log', path: '/admin/audit', icon: 'audit', key: 'a' },
  { name: 'board', title: 'bull-board', path: '/admin/queues', icon: 'board', key: 'b' },
];
