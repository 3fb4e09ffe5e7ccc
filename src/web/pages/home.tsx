import type { Frame } from '../frame.js';
import type { Addresses } from '../links.js';
import type { RunView } from '../ports.js';
import { lasted } from '../words.js';
import { Layout } from './layout.js';
import { CommitLink, RefLink, RepositoryLink } from './source.js';
import { StateOfRun } from './state.js';
import { Ago, Duration } from './time.js';

export interface HomeProps {
  readonly frame: Frame;
  readonly runs: readonly RunView[];
  readonly page: number;
  readonly hasMore: boolean;
  readonly now: number;
}

export function HomePage({ frame, runs, page, hasMore, now }: HomeProps) {
  const { addresses } = frame;
  return (
    <Layout title={page > 1 ? `Runs, page ${page} · Cyclone` : 'Runs · Cyclone'} frame={frame}>
      <h1>Runs</h1>
      <p class="quiet">
        Of public repositories, newest first. Runs of private ones open by the Details link of their checks.
      </p>
      {runs.length === 0 ? <Empty page={page} /> : <RunTable addresses={addresses} runs={runs} now={now} />}
      <nav class="pager" aria-label="Pages">
        {page > 1 && (
          <a rel="prev" href={addresses.home(page - 1)}>
            Newer
          </a>
        )}
        {hasMore && (
          <a rel="next" href={addresses.home(page + 1)}>
            Older
          </a>
        )}
      </nav>
    </Layout>
  );
}

function Empty({ page }: { readonly page: number }) {
  if (page > 1) return <p>There are no older runs.</p>;
  return (
    <p>
      There is no run yet. Install the GitHub App on a repository, add a <code>caicloud.yml</code> and push.
    </p>
  );
}

function RunTable({
  addresses,
  runs,
  now,
}: Pick<HomeProps, 'runs' | 'now'> & { readonly addresses: Addresses }) {
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
          <RunRow addresses={addresses} view={view} now={now} />
        ))}
      </tbody>
    </table>
  );
}

interface RunRowProps {
  readonly addresses: Addresses;
  readonly view: RunView;
  readonly now: number;
}

function RunRow({ addresses, view, now }: RunRowProps) {
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
          <RepositoryLink repository={repository} /> · <RefLink repository={repository} trigger={trigger} />
        </span>
      </td>
      <td>
        <CommitLink repository={repository} trigger={trigger} />
      </td>
      <td class="right">
        <Duration ms={lasted(progress.run, now)} />
      </td>
      <td class="right quiet">
        <Ago at={view.createdAt} now={now} />
      </td>
    </tr>
  );
}
