/** Most connections of an API that searches of the history take, beside the pool for everything else. */
const mostConnections = 4;

/**
 * Connections for searches of the history, in a pool of their own: who searches waits for others who do so, and
 * nobody else for them.
 */
export const historyConnections = (poolMax: number): number => Math.min(mostConnections, poolMax);
