// npm run bench history [rates | recording | filters | overview] [-- --rows 5000000 --json]: what a
// history costs those who submit and execute, how fast it is written, and how fast it is read. Without a
// part, all of them, which takes about half an hour: most of it is filling a history to read from.
import { type Bench, type Findings, forAWhile, runBench } from '../run-bench.ts';
import { measureRates } from './rates.ts';
import { measureFilters, measureOverview } from './reading.ts';
import { measureRecording } from './recording.ts';
import { filterFindings, overviewFindings, ratesFindings, recordingFindings } from './report.ts';
import { seedHistory } from './seeded.ts';

const together = (found: Readonly<Record<string, Findings>>): Findings => ({
  json: Object.fromEntries(Object.entries(found).map(([name, { json }]) => [name, json])),
  text: Object.values(found)
    .map(({ text }) => text)
    .join('\n\n\n'),
});

const rates: Bench = async (resources) => ratesFindings(await measureRates(resources));

const recording: Bench = async (resources) => recordingFindings(await measureRecording(resources));

const filters: Bench = async (resources, options) => {
  const seeded = await seedHistory(resources, options);
  return filterFindings(seeded, await measureFilters(resources, seeded));
};

const overview: Bench = async (resources, options) => {
  const seeded = await seedHistory(resources, options);
  return overviewFindings(seeded, await measureOverview(resources, seeded));
};

/** One seeding serves both. */
const reading: Bench = async (resources, options) => {
  const seeded = await seedHistory(resources, options);
  const found = await measureFilters(resources, seeded);
  return together({
    filters: filterFindings(seeded, found),
    overview: overviewFindings(seeded, await measureOverview(resources, seeded)),
  });
};

/** What one part has started is gone before the next begins. */
const all: Bench = async (resources, options) =>
  together({
    rates: await forAWhile(resources, (own) => rates(own, options)),
    recording: await forAWhile(resources, (own) => recording(own, options)),
    reading: await forAWhile(resources, (own) => reading(own, options)),
  });

await runBench(all, { rates, recording, filters, overview, reading }, ['rows']);
