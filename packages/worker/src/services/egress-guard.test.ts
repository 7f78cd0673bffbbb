import { createSocket } from 'node:dgram';
import { Resolver, lookup as systemLookup } from 'node:dns';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetch } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEgressAgent, type Lookup, refusalIn } from './egress-guard.ts';

const closing: (() => unknown)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

const listen = async (
  listener: RequestListener,
  { host = '127.0.0.1', port = 0 } = {},
): Promise<number> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return (server.address() as AddressInfo).port;
};

const get = async (
  url: string,
  { allow = [], lookup = systemLookup }: { allow?: string[]; lookup?: Lookup } = {},
) => {
  const dispatcher = createEgressAgent(allow, lookup);
  try {
    return await (await fetch(url, { dispatcher })).text();
  } catch (err) {
    return refusalIn(err)?.code ?? String(err);
  } finally {
    await dispatcher.destroy();
  }
};

/** Who was asked, in order. */
const reached: string[] = [];
beforeEach(() => {
  reached.length = 0;
});
const remember =
  (name: string): RequestListener =>
  (_request, response) => {
    reached.push(name);
    response.end(name);
  };

describe('literal addresses', () => {
  let port: number;
  beforeAll(async () => {
    port = await listen(remember('inside'));
  });

  test.each([
    '127.0.0.1',
    'localhost',
    'LOCALHOST',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '2130706433',
    '017700000001',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '0x7f.0.0.0x1',
    '127.1',
    '127.0.1',
    '0',
    '0.0.0.0',
    '%31%32%37.0.0.1',
    '①②⑦.⓪.⓪.①',
    '１２７。０。０。１',
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
    '169.254.169.254',
    '0xa9fea9fe',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
  ])('http://%s is refused', async (host) => {
    expect(await get(`http://${host}:${port}/`)).toBe('egress-refused');
    expect(reached).toEqual([]);
  });

  test.each([
    ['http://[fe80::1%25eth0]:PORT/', 'Failed to parse URL'],
    ['http://example.com@127.0.0.1:PORT/', 'includes credentials'],
    ['http://127.0.0.1:PORT%40example.com/', 'Failed to parse URL'],
    ['http://example.com\\@127.0.0.1:1/', 'fetch failed'],
    ['http://127.0.0.1:6666/', 'fetch failed'],
    ['http://127.0.0.1:25/', 'fetch failed'],
    ['file:///etc/passwd', 'fetch failed'],
    ['data:text/plain,x', 'x'],
  ])('%s leads nowhere', async (url, outcome) => {
    const text = url.replace('PORT', String(port)).replace('example.com', 'name.invalid');
    expect(await get(text)).toContain(outcome);
    expect(reached).toEqual([]);
  });

  test.each(['127.0.0.1', '127.0.0.0/8', 'localhost', '*.localhost'])(
    'what %s allows is reached',
    async (allow) => {
      const host = allow.includes('localhost') ? allow.replace('*', 'a') : '127.0.0.1';
      const lookup: Lookup = (_name, _options, callback) =>
        callback(null, [{ address: '127.0.0.1', family: 4 }]);
      expect(await get(`http://${host}:${port}/`, { allow: [allow], lookup })).toBe('inside');
    },
  );

  test('a redirect into the network is refused', async () => {
    const redirector = await listen((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.2:${port}/` }).end();
    });
    const allow = ['127.0.0.1'];
    expect(await get(`http://127.0.0.1:${redirector}/`, { allow })).toBe('egress-refused');
    expect(reached).toEqual([]);
  });
});

/** The answer to a DNS question for one name: its IPv4 address, not to be kept (RFC 1035, 4.1). */
const dnsAnswer = (question: Buffer, address: string): Buffer => {
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(1, 6);
  header.writeUInt32BE(0, 8);
  const asked = question.subarray(12, question.indexOf(0, 12) + 5);
  const record = Buffer.from('c00c00010001000000000004', 'hex');
  return Buffer.concat([header, asked, record, Buffer.from(address.split('.').map(Number))]);
};

/** A real DNS server whose answers are those, one after the other, the last for ever. */
const startDns = async (answers: readonly string[]) => {
  const asked: string[] = [];
  const server = createSocket('udp4');
  server.on('message', (question, from) => {
    const address = answers[Math.min(asked.length, answers.length - 1)] ?? '';
    asked.push(address);
    server.send(dnsAnswer(question, address), from.port, from.address);
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${server.address().port}`]);
  const lookup: Lookup = (name, _options, callback) =>
    resolver.resolve4(name, (err, found) =>
      callback(
        err,
        (found ?? []).map((address) => ({ address, family: 4 })),
      ),
    );
  return { asked, lookup };
};

describe('DNS rebinding', () => {
  /** Stands for a public address: the tests cannot have one. */
  const outside = '127.0.0.2';
  const inside = '127.0.0.1';
  let url: string;
  beforeAll(async () => {
    const port = await listen(remember('inside'));
    await listen(remember('outside'), { host: outside, port });
    url = `http://rebind.example:${port}/`;
  });

  test('a name is resolved once, and the address that was judged is the one reached', async () => {
    const { asked, lookup } = await startDns([outside, inside]);
    expect(await get(url, { allow: [outside], lookup })).toBe('outside');
    expect(asked).toEqual([outside]);
    expect(reached).toEqual(['outside']);
  });

  test('the next connection is judged anew', async () => {
    const { lookup } = await startDns([outside, inside]);
    const dispatcher = createEgressAgent([outside], lookup);
    const ask = async () =>
      (await fetch(url, { dispatcher, headers: { connection: 'close' } })).text();
    expect(await ask()).toBe('outside');
    const refusal = await ask().catch(refusalIn);
    expect(refusal).toMatchObject({ code: 'egress-refused' });
    expect(reached).toEqual(['outside']);
    await dispatcher.destroy();
  });

  test('of a name with several addresses, only permitted ones are tried', async () => {
    const lookup: Lookup = (_name, _options, callback) =>
      callback(null, [
        { address: inside, family: 4 },
        { address: outside, family: 4 },
        { address: '::1', family: 6 },
      ]);
    expect(await get(url, { allow: [outside], lookup })).toBe('outside');
    expect(reached).toEqual(['outside']);
  });
});
