import type { Schedule } from './schedule.ts';

/** The schedules that ship with Drover. */
export const schedules: readonly Schedule[] = [];
