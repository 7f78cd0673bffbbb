import { expect, test } from 'vitest';
import { read } from './compose-file.ts';

const front = read('deploy/nginx/front.conf');
const balancer = read('deploy/nginx/balancer.conf');

/** The lines of a location. */
const locationOf = (configuration: string, head: string): string => {
  const [, rest = ''] = configuration.split(`location ${head} {`);
  return rest.split(/\n {4}\}/)[0] ?? '';
};

test('only POSTs with an Idempotency-Key may be sent to a second replica', () => {
  expect(`${front}${balancer}`.match(/non_idempotent/g)).toHaveLength(1);
  expect(locationOf(balancer, '@keyed')).toContain('non_idempotent');
  expect(balancer).toContain(`"~^POST:/(jobs|jobs/batch|workflows|schedules/[^/]+/trigger):." 1;`);
  expect(locationOf(balancer, '/')).toMatch(/if \(\$is_keyed\) \{\s+return 418;/);
});

test('events are handed on as they come', () => {
  const head = '~ ^/(jobs|workflows)/[^/]+/events$';
  expect(locationOf(front, head)).toContain('proxy_buffering off;');
  expect(balancer).toContain('proxy_buffering off;');
});

test('an answer may take as long as the API lets it', () => {
  const secondsOf = (text: string) => Number(/proxy_read_timeout (\d+)s;/.exec(text)?.[1]);
  expect(secondsOf(balancer)).toBeGreaterThan(60);
  expect(secondsOf(front)).toBeGreaterThan(secondsOf(balancer));
});

test('what no replica answers is answered 503 with Retry-After', () => {
  const page = read('deploy/nginx/unavailable.conf');
  expect(page).toMatch(/add_header Retry-After \d+ always;/);
  for (const configuration of [front, balancer]) {
    expect(configuration).toContain('include /etc/drover/unavailable.conf;');
    expect(configuration).toContain('error_page 502 504 = @unavailable;');
  }
});

test('the replicas are taken by least connections, over connections that are kept', () => {
  const start = read('deploy/nginx/start.sh');
  for (const part of ['least_conn;', 'drover_api 64', 'max_fails=1']) expect(start).toContain(part);
});

test('the client’s address is nginx’s word, not the client’s', () => {
  expect(front).toContain('proxy_set_header X-Forwarded-For $remote_addr;');
  expect(`${front}${balancer}`).not.toContain('$proxy_add_x_forwarded_for');
});
