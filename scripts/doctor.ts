// npm run doctor: what is wrong with this Drover, and what to do about it.
import { resolve } from 'node:path';
import { root } from './checkout.ts';
import { embeddedAddresses } from './stack/embedded-addresses.ts';

/** An empty variable counts as unset, as in config.ts. */
const given = (name: string) => (process.env[name] ?? '').trim() !== '';
const isSet = (name: string) => given(name) || given(`${name}_FILE`);

const dataDir = resolve(root, given('DATA_DIR') ? (process.env['DATA_DIR'] as string) : '.drover');
process.env['DATA_DIR'] = dataDir;
const embedded = await embeddedAddresses(dataDir);
for (const [name, url] of Object.entries(embedded)) {
  if (url !== undefined && !isSet(name)) process.env[name] = url;
}
await import('../packages/scheduler/src/doctor/main.ts');
