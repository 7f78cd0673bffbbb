/** Runs until Ctrl-C: then the signal aborts, and the result is undefined. */
export const untilInterrupted = async <T>(
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> => {
  const controller = new AbortController();
  // Stays until the end: npm and a terminal may each send the same Ctrl-C.
  const interrupt = () => controller.abort();
  process.on('SIGINT', interrupt);
  try {
    return await run(controller.signal);
  } catch (err) {
    if (controller.signal.aborted && err === controller.signal.reason) return undefined;
    throw err;
  } finally {
    process.off('SIGINT', interrupt);
  }
};
