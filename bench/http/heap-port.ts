/** Environment variable that names the port of 127.0.0.1 on which the API tells its heap. */
export const heapPort = 'BENCH_HEAP_PORT';
