import { type Phase, precisely } from '../phases.js';
import type { Bar, JobTime } from '../time-spent.js';

/** A job that changed hands often has many. */
const MOST_ROWS = 40;

interface TimeTableProps {
  readonly bars: readonly Bar[];
  readonly jobs: readonly JobTime[];
  /** Of the run as a whole. */
  readonly run: readonly Phase[];
}

/** The bars in numbers, and what the jobs did beside their stages. */
export function TimeTable({ bars, jobs, run }: TimeTableProps) {
  const groups = [
    ...jobs.map(({ job, phases }) => ({ name: `${job}, beside its stages`, phases })),
    ...bars.map(({ node, phases }) => ({ name: node.name, phases })),
    { name: 'the whole run', phases: run },
  ].filter(({ phases }) => phases.length > 0);
  if (groups.length === 0) return null;
  return (
    <details class="numbers" data-keep=":time">
      <summary>Where the time went, in numbers</summary>
      <table class="phases">
        <thead>
          <tr>
            <th scope="col">Phase</th>
            <th scope="col" class="right">
              Began after
            </th>
            <th scope="col" class="right">
              Took
            </th>
          </tr>
        </thead>
        {groups.map(({ name, phases }) => (
          <tbody>
            <tr>
              <th scope="rowgroup" colspan={3}>
                {name}
              </th>
            </tr>
            {phases.slice(-MOST_ROWS).map((phase) => (
              <PhaseRow {...phase} />
            ))}
          </tbody>
        ))}
      </table>
    </details>
  );
}

function PhaseRow({ name, from, to }: Phase) {
  return (
    <tr>
      <td>{name}</td>
      <td class="number right">{precisely(from)}</td>
      <td class="number right">{precisely(to - from)}</td>
    </tr>
  );
}
