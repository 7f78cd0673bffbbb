import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetch } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEgressAgent, isPublicAddress, refusalIn } from './egress-guard.ts';

const listen = async (listener: RequestListener): Promise<{ server: Server; port: number }> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
};

describe('isPublicAddress', () => {
  test.each(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    '127.0.0.1',
    '127.8.8.8',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '::7f00:1',
    '::102:304',
    '1::',
    '4000::1',
    '168.63.129.16',
    'nonsense',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('the egress agent', () => {
  let target: { server: Server; port: number };
  let redirector: { server: Server; port: number };
  const reached: string[] = [];

  beforeAll(async () => {
    target = await listen((request, response) => {
      reached.push(request.url ?? '');
      response.end('inside');
    });
    redirector = await listen((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.2:${target.port}/redirected` }).end();
    });
  });
  afterAll(() => {
    target.server.close();
    redirector.server.close();
  });

  const get = async (url: string, allow: readonly string[] = []) => {
    const dispatcher = createEgressAgent(allow);
    try {
      return await (await fetch(url, { dispatcher })).text();
    } catch (err) {
      return refusalIn(err)?.code ?? String(err);
    } finally {
      await dispatcher.destroy();
    }
  };

  test.each([
    '127.0.0.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::127.0.0.1]',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '0.0.0.0',
    '169.254.169.254',
  ])('refuses http://%s', async (host) => {
    expect(await get(`http://${host}:${target.port}/`)).toBe('source-refused');
    expect(reached).toEqual([]);
  });

  test('refuses a redirect from an allowed host into the private network', async () => {
    expect(await get(`http://127.0.0.1:${redirector.port}/`, ['127.0.0.1'])).toBe('source-refused');
    expect(reached).toEqual([]);
  });

  test.each(['127.0.0.1', '127.0.0.0/8', 'localhost'])('reaches what %s allows', async (allow) => {
    const host = allow === 'localhost' ? 'localhost' : '127.0.0.1';
    expect(await get(`http://${host}:${target.port}/${allow.length}`, [allow])).toBe('inside');
    reached.length = 0;
  });
});
