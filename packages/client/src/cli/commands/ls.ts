import { DroverError } from '../../error.ts';
import type { AddCommand } from '../act.ts';
import { wholeNumber } from '../arguments.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { describeAge } from '../output/duration.ts';
import type { Output } from '../output/output.ts';
import { printableLine } from '../output/printable.ts';
import { percent, statusStyle } from '../output/status.ts';
import type { Column } from '../output/table.ts';
import type { Session } from '../session.ts';
import type { AnyJob } from '../watch/job-view.ts';

/** A job of the list: what the server says of it, or that it says nothing any more. */
interface Listed {
  id: string;
  type: string;
  job: AnyJob | undefined;
}

const defaultLimit = 20;

/** Requests under way at once. */
const concurrency = 8;

const unlessGone = (err: unknown): undefined => {
  if (err instanceof DroverError && err.code === 'job-not-found') return undefined;
  throw err;
};

/** Asks for each job, a few at a time; order is kept. */
const lookUp = async ({ client }: Session, jobs: readonly { id: string; type: string }[]) => {
  const listed: Listed[] = [];
  for (let at = 0; at < jobs.length; at += concurrency) {
    const some = jobs.slice(at, at + concurrency).map(async ({ id, type }): Promise<Listed> => {
      const job = await client.get(id).catch(unlessGone);
      return { id, type: job?.type ?? type, job };
    });
    listed.push(...(await Promise.all(some)));
  }
  return listed;
};

const columns = ({ paint }: Output): Column<Listed>[] => [
  { title: 'ID', text: ({ id }) => printableLine(id) },
  { title: 'TYPE', text: ({ type }) => printableLine(type) },
  {
    title: 'STATUS',
    text: ({ job }) => job?.status ?? 'gone',
    paint: (text, { job }) => paint(job ? statusStyle[job.status] : 'dim', text),
  },
  { title: 'PROGRESS', text: ({ job }) => (job ? percent(job.progress) : ''), right: true },
  { title: 'AGE', text: ({ job }) => (job ? describeAge(job.createdAt) : ''), right: true },
];

/** What JSON shows of a job that is gone. */
const gone = ({ id, type }: Listed) => ({ id, type, status: 'gone' });

const ls = async (
  session: Session,
  ids: readonly string[],
  { limit }: { limit: number },
): Promise<ExitCode> => {
  const { out, json, recent, server } = session;
  const named = ids.map((id) => ({ id, type: '' }));
  const jobs = named.length > 0 ? named : (await recent.of(server)).slice(0, limit);
  const listed = await lookUp(session, jobs);
  if (json) out.document({ items: listed.map((it) => it.job ?? gone(it)) });
  else if (listed.length > 0) out.table(columns(out), listed);
  else out.note(`No job was submitted to ${server} from this machine.`);
  const allThere = listed.every(({ job }) => job !== undefined);
  return named.length === 0 || allThere ? exitCode.ok : exitCode.failed;
};

/** `drover ls [id…]` */
export const addLs: AddCommand = (program, act) => {
  program
    .command('ls')
    .summary('list jobs: those that you submitted, or the given ones')
    .description(
      'List the jobs that were submitted from this machine to this server, newest first, or the given ones.',
    )
    .argument('[id...]', 'ids of jobs')
    .option('-n, --limit <n>', 'how many at most, up to 100', wholeNumber, defaultLimit)
    .action(act(ls));
};
