/** Lets so many go on at once; whoever comes then waits, in order. */
export interface Turns {
  /** Resolves when it is one's turn; `end` must follow. */
  begin(): Promise<void>;
  end(): void;
}

export const createTurns = (atOnce: number): Turns => {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  return {
    begin: async () => {
      if (free > 0) {
        free -= 1;
        return;
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    },
    end: () => {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
};
