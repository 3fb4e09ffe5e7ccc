import type { Addresses } from '../links.js';
import type { RunView } from '../ports.js';
import { CommitLink, RefLink, RepositoryPageLink } from './source.js';
import { StateOfRun } from './state.js';
import { Ago, Lasted } from './time.js';

interface RunTableProps {
  readonly addresses: Addresses;
  readonly runs: readonly RunView[];
  readonly now: number;
  /** Absent: they are all of one. */
  readonly withRepository?: boolean;
}

export function RunTable({ addresses, runs, now, withRepository = false }: RunTableProps) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Run</th>
          <th scope="col">Commit</th>
          <th scope="col" class="right">
            Time
          </th>
          <th scope="col" class="right">
            Begun
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((view) => (
          <RunRow {...{ addresses, view, now, withRepository }} />
        ))}
      </tbody>
    </table>
  );
}

interface RunRowProps extends Omit<Required<RunTableProps>, 'runs'> {
  readonly view: RunView;
}

function RunRow({ addresses, view, now, withRepository }: RunRowProps) {
  const { repository, trigger, progress } = view;
  return (
    <tr>
      <td>
        <StateOfRun run={progress.run} />
      </td>
      <td class="wide">
        <a href={addresses.run(view.id, repository.private)}>{trigger.title || `Run ${view.id}`}</a>
        <br />
        <span class="quiet">
          {withRepository && (
            <>
              <RepositoryPageLink addresses={addresses} repository={repository} /> ·{' '}
            </>
          )}
          <RefLink repository={repository} trigger={trigger} /> · {trigger.sender}
        </span>
      </td>
      <td>
        <CommitLink repository={repository} trigger={trigger} />
      </td>
      <td class="right">
        <Lasted state={progress.run} now={now} />
      </td>
      <td class="right quiet">
        <Ago at={view.createdAt} now={now} />
      </td>
    </tr>
  );
}

interface PagerProps {
  readonly page: number;
  readonly hasMore: boolean;
  readonly address: (page: number) => string;
}

export function Pager({ page, hasMore, address }: PagerProps) {
  if (page === 1 && !hasMore) return null;
  return (
    <nav class="pager" aria-label="Pages">
      {page > 1 && (
        <a rel="prev" href={address(page - 1)}>
          Newer
        </a>
      )}
      {hasMore && (
        <a rel="next" href={address(page + 1)}>
          Older
        </a>
      )}
    </nav>
  );
}
