/**
 * Lets those who ask Redis at about the same time ask together: those of this turn of the event loop and
 * of the next. On a busy process a second turn doubles how many come together; on an idle one, turns
 * take microseconds, so that who asks alone waits for nobody.
 * @param send asks for all who wait.
 * @returns to be called for each who asks: has `send` called when it is time.
 */
export const gather = (send: () => unknown): (() => void) => {
  let isAsked = false;
  const sendAll = () => {
    isAsked = false;
    send();
  };
  return () => {
    if (isAsked) return;
    isAsked = true;
    setImmediate(setImmediate, sendAll);
  };
};
