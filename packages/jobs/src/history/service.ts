import type { HistoryService } from '../definition/services.ts';
import { actionable, type BulkParts, changeAll } from './bulk.ts';
import { countHistory } from './count.ts';

/** What the jobs that cancel and retry many jobs work with. */
export const createHistoryService = (parts: BulkParts): HistoryService => ({
  count: (action, filter, most) => countHistory(parts.db, actionable(action, filter), most),
  changeAll: (action, filter, options) => changeAll(parts, action, filter, options),
});
