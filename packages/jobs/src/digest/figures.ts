/** What a day came to. Amounts are in the shop's one currency. */
export interface DayFigures {
  /** Milliseconds; the end is not included. */
  readonly since: number;
  readonly until: number;
  /** Null where there is no shop: the demonstration schema is not there. */
  readonly sales: SalesFigures | null;
  /** Jobs that ended, by queue; queues without any are left out. */
  readonly jobs: readonly QueueDay[];
  /** Jobs that have failed for good and wait to be looked at. */
  readonly deadLetters: number;
}

export interface SalesFigures {
  readonly orders: number;
  readonly units: number;
  readonly revenue: number;
  /** The best first. */
  readonly regions: readonly RegionSales[];
}

export interface RegionSales {
  readonly region: string;
  readonly orders: number;
  readonly revenue: number;
}

export interface QueueDay {
  readonly queue: string;
  readonly succeeded: number;
  readonly failed: number;
  /** Canceled or expired. */
  readonly withdrawn: number;
}
