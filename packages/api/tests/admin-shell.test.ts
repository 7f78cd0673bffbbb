import { afterAll, beforeAll, expect, test } from 'vitest';
import { basic, sendForm, tokenOn, visit } from './admin-visit.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

test.each(['/admin', '/admin/workers', '/admin/nothing'])(
  '%s opens to admin keys alone',
  async (path) => {
    for (const headers of [{}, basic('nonsense'), basic(keys.operator)]) {
      const answer = await api.ask(path, { key: null, headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    }
  },
);

test('a page runs nothing but its own files, and is framed by nobody', async () => {
  const { status, headers, text } = await visit(api, '/admin');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).not.toContain('unsafe');
  expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]* src=)/);
});

test('its files are kept by browsers for ever, and find one another', async () => {
  const { text } = await visit(api, '/admin');
  const files = [...text.matchAll(/(?:src|href)="(\/admin\/assets\/[^"]+)"/g)].map(
    ([, path]) => path ?? '',
  );
  expect(files.length).toBeGreaterThanOrEqual(4);
  const folder = files[0]?.replace(/[^/]+$/, '');
  const modules = ['admin', 'charts', 'confirm', 'idiomorph', 'keyboard', 'live', 'times', 'uplot'];
  for (const file of [...files, ...modules.map((name) => `${folder}${name}.js`)]) {
    const { status, headers } = await visit(api, file);
    expect({ file, status }).toEqual({ file, status: 200 });
    expect(headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

test('what is not there is a page that says so', async () => {
  const { status, headers, text } = await visit(api, '/admin/nothing/%3Cscript%3E');
  expect(status).toBe(404);
  expect(headers.get('content-type')).toMatch(/^text\/html/);
  expect(text).toContain('There is no page at this address.');
  expect(text).not.toContain('<script>');
});

test('a parameter that no page has is a page that names it, inert', async () => {
  const { status, text } = await visit(api, '/admin?%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E=1');
  expect(status).toBe(400);
  expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(text).not.toContain('<img src=x');
});

test('a name that somebody signs in with is inert', async () => {
  const headers = basic('dev', '<b>"\'&\u202e</b>');
  const { text } = await visit(api, '/admin', headers);
  expect(text).toContain('&lt;b&gt;&quot;&#39;&amp;\\u202e&lt;/b&gt;');
});

test('a form is answered by a redirect to a page that says what was done, once', async () => {
  const token = tokenOn(await visit(api, '/admin'));
  const sent = await sendForm(api, '/admin/steer/mail/pause', { token });
  expect(sent).toMatchObject({ status: 303 });
  expect(sent.headers.get('location')).toBe('/admin');
  expect(await api.queues.get('mail', 0).isPaused()).toBe(true);
  const cookie = sent.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
  const next = await visit(api, '/admin', { cookie: cookie.split(';', 1)[0] ?? '' });
  expect(next.text).toContain('The queue mail is paused.');
  expect(next.headers.get('set-cookie')).toContain('Max-Age=0');
});

test('nobody else can make up what a page says', async () => {
  const value = Buffer.from(JSON.stringify(['done', 'Call 555-0100'])).toString('base64url');
  const { status, text } = await visit(api, '/admin', { cookie: `drover-flash=${value}.AAAA` });
  expect(status).toBe(200);
  expect(text).not.toContain('555-0100');
});

test.each([
  ['no token', {}, {}],
  ['a token of nobody', { token: 'A'.repeat(43) }, {}],
  ['a token of somebody else', undefined, basic('dev', 'eve')],
])('a form with %s changes nothing', async (_what, fields, headers: Record<string, string>) => {
  const token = tokenOn(await visit(api, '/admin'));
  const sent = await sendForm(api, '/admin/steer/demo/pause', fields ?? { token }, headers);
  expect(sent.status).toBe(403);
  expect(sent.text).toContain('The form is not of this page');
  expect(await api.queues.get('demo', 0).isPaused()).toBe(false);
});

test('a form that another site sent changes nothing, whatever token it has', async () => {
  const token = tokenOn(await visit(api, '/admin'));
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': '', origin: 'https://evil.example' },
  ]) {
    const sent = await sendForm(api, '/admin/steer/demo/pause', { token }, headers);
    expect(sent.status).toBe(403);
  }
  expect(await api.queues.get('demo', 0).isPaused()).toBe(false);
});

test('a form for what is not there is a page that says so', async () => {
  const token = tokenOn(await visit(api, '/admin'));
  const sent = await sendForm(api, '/admin/steer/nonsense/pause', { token });
  expect(sent.status).toBe(404);
  expect(sent.text).toContain('There is no queue &quot;nonsense&quot;.');
});
