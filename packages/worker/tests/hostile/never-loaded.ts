import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than a child process is waited for. */
await sleep(600_000);

export const jobTypes = [];
