/** The queue of bare BullMQ, apart from Drover's. */
export const bareQueue = { name: 'demo', prefix: '{bare-0}' } as const;

/** Environment variable of the bare worker. */
export const bareRedisUrl = 'BENCH_BARE_REDIS_URL';
