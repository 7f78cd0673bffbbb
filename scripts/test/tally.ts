export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface ProjectTally {
  readonly name: string;
  readonly counts: Counts;
  /** Time spent in its files, which may have run at once. */
  readonly ms: number;
  /** Why tests were skipped, as far as they said. */
  readonly notes: readonly string[];
}

/** How many tests had which outcome, by project. */
export interface Tally {
  add(project: string, outcome: 'passed' | 'failed'): void;
  skip(project: string, note: string | undefined): void;
  spend(project: string, ms: number): void;
  projects(): readonly ProjectTally[];
  total(): Counts;
}

const none: Counts = { passed: 0, failed: 0, skipped: 0 };

export const createTally = (): Tally => {
  const byProject = new Map<string, ProjectTally>();

  const change = (name: string, update: (old: ProjectTally) => Partial<ProjectTally>) => {
    const old = byProject.get(name) ?? { name, counts: none, ms: 0, notes: [] };
    byProject.set(name, { ...old, ...update(old) });
  };

  return {
    add: (project, outcome) =>
      change(project, ({ counts }) => ({ counts: { ...counts, [outcome]: counts[outcome] + 1 } })),
    skip: (project, note) =>
      change(project, ({ counts, notes }) => ({
        counts: { ...counts, skipped: counts.skipped + 1 },
        notes: note === undefined || notes.includes(note) ? notes : [...notes, note],
      })),
    spend: (project, ms) => change(project, (old) => ({ ms: old.ms + ms })),
    projects: () => [...byProject.values()],
    total: () =>
      [...byProject.values()].reduce(
        (sum, { counts }) => ({
          passed: sum.passed + counts.passed,
          failed: sum.failed + counts.failed,
          skipped: sum.skipped + counts.skipped,
        }),
        none,
      ),
  };
};

/** The last line of `npm test`. */
export const summaryLine = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
