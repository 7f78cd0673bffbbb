import { isTerminal, type JobStatus, jobStatuses } from '../contract/job-resource.ts';

/** Whether a job of that status has not ended. */
export const isOpen = (status: string): boolean => !isTerminal(status as JobStatus);

export const openStatuses: readonly JobStatus[] = jobStatuses.filter(isOpen);
