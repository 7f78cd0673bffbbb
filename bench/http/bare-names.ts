/** The queues of BullMQ without Drover, apart from Drover's: for submissions, and for a worker. */
export const bareQueue = { name: 'mail', prefix: '{bare-0}' } as const;
export const checkedQueue = { name: 'mail', prefix: '{checked-0}' } as const;
export const bareDemo = { name: 'demo', prefix: '{bare-0}' } as const;

/** Environment variable of the bare programs. */
export const bareRedisUrl = 'BENCH_BARE_REDIS_URL';
