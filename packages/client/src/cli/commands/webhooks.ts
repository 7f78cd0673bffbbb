import type { AddCommand } from '../act.ts';
import { collect, wholeNumber } from '../arguments.ts';
import { listDeliveries, replayDelivery, showDelivery } from './webhooks/deliveries.ts';
import {
  addEndpoint,
  changeEndpoint,
  listEndpoints,
  removeEndpoint,
  testEndpoint,
} from './webhooks/endpoints.ts';
import { rotateSecret, showSecret } from './webhooks/secret.ts';

const defaultLimit = 20;

/** `drover webhooks …` */
export const addWebhooks: AddCommand = (program, act) => {
  const webhooks = program
    .command('webhooks')
    .summary('say who is told how jobs end, and see what became of it')
    .description('Endpoints that are told how jobs and workflows end, and what became of it.');
  webhooks
    .command('ls')
    .summary('list the endpoints')
    .description('List the registered endpoints.')
    .action(act(listEndpoints));
  webhooks
    .command('add')
    .summary('register an endpoint')
    .description('Register an endpoint: it is told of what is submitted from now on.')
    .argument('<url>', 'where events are posted to')
    .option('--event <event>', 'an end that it is told of; may be repeated (default: all)', collect)
    .option('--type <type>', 'a job type, or image.*; may be repeated (default: all)', collect)
    .option('--description <text>', 'for people')
    .action(act(addEndpoint));
  webhooks
    .command('set')
    .summary('change, enable or disable an endpoint')
    .description('Change an endpoint, enable it or disable it.')
    .argument('<id>', 'id of the endpoint')
    .option('--url <url>', 'where events are posted to')
    .option('--enable', 'tell it of what ends')
    .option('--disable', 'tell it nothing')
    .action(act(changeEndpoint));
  webhooks
    .command('rm')
    .summary('delete an endpoint')
    .description('Delete an endpoint; deliveries that are under way fail.')
    .argument('<id>', 'id of the endpoint')
    .action(act(removeEndpoint));
  webhooks
    .command('test')
    .summary('send a test event and see the answer')
    .description('Send a test event to an endpoint, and see what it answers.')
    .argument('<id>', 'id of the endpoint')
    .action(act(testEndpoint));
  webhooks
    .command('deliveries')
    .summary('list deliveries, the latest first')
    .description('List deliveries, the latest first.')
    .option('--endpoint <id>', 'of this endpoint')
    .option('--status <status>', 'pending, succeeded, failed or canceled')
    .option('--event <event>', 'of this event')
    .option('--source <id>', 'of the job or workflow with this id')
    .option('-n, --limit <n>', 'how many at most', wholeNumber, defaultLimit)
    .action(act(listDeliveries));
  webhooks
    .command('show')
    .summary('show a delivery with every request')
    .description('Show a delivery: what is posted, and what came back each time.')
    .argument('<id>', 'id of the delivery')
    .action(act(showDelivery));
  webhooks
    .command('replay')
    .summary('send an event again')
    .description('Send the event of a delivery again, under the same webhook-id.')
    .argument('<id>', 'id of the delivery')
    .action(act(replayDelivery));
  webhooks
    .command('secret')
    .summary('print the signing secret')
    .description('Print the secret that messages are signed with.')
    .action(act(showSecret));
  webhooks
    .command('rotate-secret')
    .summary('make a new signing secret')
    .description('Make a new secret; the earlier one is signed with, too, for a while.')
    .option('--overlap <duration>', 'how long, such as 1h; 0 ends it at once')
    .action(act(rotateSecret));
};
