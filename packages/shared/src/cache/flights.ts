/** Work that is under way, by key: who comes meanwhile shares it. */
export interface Flights<Outcome> {
  join(key: string, start: () => Promise<Outcome>): Promise<Outcome>;
  has(key: string): boolean;
  /** Those who come from now on start anew; without a key, of all. */
  detach(key?: string): void;
}

export const createFlights = <Outcome>(): Flights<Outcome> => {
  const underWay = new Map<string, Promise<Outcome>>();
  return {
    join: (key, start) => {
      const joined = underWay.get(key);
      if (joined) return joined;
      const flight = start().finally(() => {
        if (underWay.get(key) === flight) underWay.delete(key);
      });
      underWay.set(key, flight);
      return flight;
    },
    has: (key) => underWay.has(key),
    detach: (key) => {
      if (key === undefined) underWay.clear();
      else underWay.delete(key);
    },
  };
};
