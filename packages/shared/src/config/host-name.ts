import { isIP } from 'node:net';

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/** Last labels that make a URL's host an address, in whatever notation. */
const number = /^(\d+|0x[0-9a-f]*)$/;

/** Host names as URLs have them, in ASCII and lower case. */
export const isHostName = (text: string): boolean => {
  const labels = text.split('.');
  return (
    text.length <= 253 &&
    labels.every((each) => label.test(each)) &&
    !number.test(labels.at(-1) ?? '')
  );
};

/** A URL's host: a name, or an address, that of IPv6 in brackets. */
export const isHost = (text: string): boolean =>
  isHostName(text.toLowerCase().replace(/\.$/, '')) || isIP(text.replace(/^\[(.*)\]$/, '$1')) > 0;
