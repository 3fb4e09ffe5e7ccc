import type { Issue, PlannedStage } from '../../pipeline/model.js';
import { stageReason } from '../../pipeline/wording.js';
import { stateOf } from '../access.js';
import type { Addresses } from '../links.js';
import type { RunView } from '../ports.js';
import { lasted } from '../words.js';
import { Layout } from './layout.js';
import { CommitLink, FileLine, RefLink, RepositoryLink } from './source.js';
import { StateOfRun, StateOfStage } from './state.js';
import { Ago, Duration } from './time.js';

export interface RunProps {
  readonly addresses: Addresses;
  readonly view: RunView;
  readonly now: number;
}

export function RunPage({ addresses, view, now }: RunProps) {
  const { repository, trigger, progress, plan } = view;
  const { run } = progress;
  const name = `${repository.owner}/${repository.name}`;
  return (
    <Layout
      title={`${trigger.title || `Run ${view.id}`} · ${name} · Cyclone`}
      addresses={addresses}
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
        <table>
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">Stage</th>
              <th scope="col" class="right">
                Time
              </th>
            </tr>
          </thead>
          <tbody>
            {plan.stages.map((stage) => (
              <StageRow addresses={addresses} view={view} stage={stage} now={now} />
            ))}
          </tbody>
        </table>
      )}
    </Layout>
  );
}

function StageRow({ addresses, view, stage, now }: RunProps & { readonly stage: PlannedStage }) {
  const state = stateOf(view, stage.id);
  const reason = stageReason(state, stage.waitsFor);
  return (
    <tr>
      <td>
        <StateOfStage state={state} />
      </td>
      <td class="wide">
        <a href={addresses.stage(view.id, stage.id, view.repository.private)}>{stage.id}</a>
        {reason !== '' && <div class="quiet">{reason}</div>}
      </td>
      <td class="right">
        <Duration ms={lasted(state, now)} />
      </td>
    </tr>
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
