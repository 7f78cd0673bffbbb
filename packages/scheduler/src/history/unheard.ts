/** A promise that is awaited later: should it reject before, that is no fault of the process. */
export const unheard = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => undefined);
  return promise;
};
