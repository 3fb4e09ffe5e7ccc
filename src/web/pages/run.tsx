import type { Issue } from '../../pipeline/model.js';
import type { Frame } from '../frame.js';
import type { RunView } from '../ports.js';
import { lasted } from '../words.js';
import { Layout } from './layout.js';
import { CommitLink, FileLine, RefLink, RepositoryLink } from './source.js';
import { Stages } from './stages.js';
import { StateOfRun } from './state.js';
import { Ago, Duration } from './time.js';

export interface RunProps {
  readonly frame: Frame;
  readonly view: RunView;
  readonly now: number;
}

export function RunPage({ frame, view, now }: RunProps) {
  const { repository, trigger, progress, plan } = view;
  const { run } = progress;
  const name = `${repository.owner}/${repository.name}`;
  return (
    <Layout
      title={`${trigger.title || `Run ${view.id}`} · ${name} · Cyclone`}
      frame={frame}
      state={run.status === 'completed' ? undefined : fingerprint(view)}
    >
      <nav class="crumbs" aria-label="Where this is">
        <RepositoryLink repository={repository} /> / run {view.id}
      </nav>
      <h1>{trigger.title || `Run ${view.id}`}</h1>
      <p>
        <StateOfRun run={run} />
        {run.status === 'completed' && run.reason !== '' && ` · ${run.reason}`}
      </p>
      <dl class="facts">
        <dt>Commit</dt>
        <dd>
          <CommitLink repository={repository} trigger={trigger} /> on{' '}
          <RefLink repository={repository} trigger={trigger} />
        </dd>
        <dt>By</dt>
        <dd>
          {trigger.sender}
          {trigger.fork && ', from a fork'}
        </dd>
        <dt>Begun</dt>
        <dd>
          <Ago at={view.createdAt} now={now} />
        </dd>
        <dt>Time</dt>
        <dd>
          <Duration ms={lasted(run, now)} />
          {run.status === 'queued' && 'not started'}
        </dd>
      </dl>
      <Issues view={view} />
      <h2>Stages</h2>
      {plan.skip && <p>{plan.skip.message}</p>}
      {plan.stages.length === 0 ? (
        <p>Nothing was planned. What stands in the way is said above and in the check on GitHub.</p>
      ) : (
        <Stages addresses={frame.addresses} view={view} now={now} />
      )}
    </Layout>
  );
}

function Issues({ view }: { readonly view: RunView }) {
  if (view.issues.length === 0) return null;
  return (
    <section aria-labelledby="issues">
      <h2 id="issues">caicloud.yml</h2>
      <ul class="issues">
        {view.issues.map((issue) => (
          <IssueItem view={view} issue={issue} />
        ))}
      </ul>
    </section>
  );
}

function IssueItem({ view, issue }: { readonly view: RunView; readonly issue: Issue }) {
  return (
    <li class={issue.severity}>
      <FileLine repository={view.repository} trigger={view.trigger} line={issue.line} /> · {issue.severity}:{' '}
      {issue.message}
      {issue.hint !== '' && <div class="quiet">{issue.hint}</div>}
    </li>
  );
}

/** Changes when something of the run changed that the page shows, time apart. */
function fingerprint(view: RunView): string {
  const stages = view.progress.stages
    .map(({ state }) => (state.status === 'queued' && state.waits) || (state.status[0] ?? ''))
    .join('');
  return `${view.progress.run.status}/${stages}`;
}
