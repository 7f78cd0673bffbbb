import type { AddCommand } from '../act.ts';
import { purgeCache } from './cache/purge.ts';

/** `drover cache …` */
export const addCache: AddCommand = (program, act) => {
  const cache = program
    .command('cache')
    .summary('take values out of the caches')
    .description('The caches of all processes, as that of the rows of views, "view-pages".');
  cache
    .command('purge')
    .summary('purge a cache, one of its keys, or a tag')
    .description(
      'Take all values of a cache away, in all processes; or that of one key; or those with a tag.',
    )
    .argument('[cache]', 'name of the cache')
    .argument('[key]', 'one of its keys')
    .option('--tag <tag>', 'in all caches, what has this tag: "view:sales_by_region"')
    .action(act(purgeCache));
};
