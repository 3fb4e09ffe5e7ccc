import { filesOf } from '../../pipeline/measures.js';
import { describe } from '../../pipeline/trigger.js';
import { artifactsOf } from '../access.js';
import type { Addresses } from '../links.js';
import type { RunHistory, RunMention, RunView } from '../ports.js';
import { shownOf } from '../words.js';
import { CommitLink, RefLink } from './source.js';
import { State } from './state.js';
import { Ago, Lasted } from './time.js';

export type Around = Awaited<ReturnType<RunHistory['around']>>;

interface RunFactsProps {
  readonly addresses: Addresses;
  readonly view: RunView;
  readonly around: Around;
  readonly now: number;
}

export function RunFacts({ addresses, view, around, now }: RunFactsProps) {
  const { repository, trigger, progress } = view;
  const { run, allowed, cancelledBy } = progress;
  const isPrivate = repository.private;
  return (
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
      <dt>Why</dt>
      <dd>
        {describe(trigger)}
        {trigger.action !== undefined && `, ${trigger.action}`}
      </dd>
      {allowed && (
        <>
          <dt>Approved</dt>
          <dd>
            by {allowed.by} <Ago at={allowed.at} now={now} />
          </dd>
        </>
      )}
      {run.status !== 'completed' && cancelledBy !== undefined && (
        <>
          <dt>Cancelled</dt>
          <dd>{cancelledBy}; what runs is being stopped</dd>
        </>
      )}
      <Again view={view} now={now} />
      <dt>Begun</dt>
      <dd>
        <Ago at={view.createdAt} now={now} />
      </dd>
      <dt>Time</dt>
      <dd>
        <Lasted state={run} now={now} />
        {run.status === 'queued' && 'not started'}
      </dd>
      <Artifacts addresses={addresses} view={view} />
      <OtherRuns {...{ addresses, around, isPrivate }} />
    </dl>
  );
}

/** Who had something of it run again, the last time. */
function Again({ view, now }: { readonly view: RunView; readonly now: number }) {
  const asked = view.progress.stages.flatMap(({ again }) => again ?? []);
  const last = asked.toSorted((a, b) => b.at - a.at)[0];
  if (last === undefined) return null;
  const stages = asked.filter(({ at }) => at === last.at).length;
  return (
    <>
      <dt>Again</dt>
      <dd>
        {stages === 1 ? 'a stage was' : `${stages} stages were`} run again by {last.by}{' '}
        <Ago at={last.at} now={now} />
      </dd>
    </>
  );
}

function Artifacts({ addresses, view }: Pick<RunFactsProps, 'addresses' | 'view'>) {
  const kept = view.progress.stages.flatMap(({ id, state }) => {
    const artifacts = artifactsOf(state);
    return artifacts ? [{ id, artifacts }] : [];
  });
  if (kept.length === 0) return null;
  return (
    <>
      <dt>Artifacts</dt>
      <dd>
        <ul class="plain">
          {kept.map(({ id, artifacts }) => (
            <li>
              <a href={addresses.artifacts(view.id, id, view.repository.private)}>Download those of {id}</a>{' '}
              <span class="quiet">{filesOf(artifacts)}</span>
            </li>
          ))}
        </ul>
      </dd>
    </>
  );
}

interface OtherRunsProps {
  readonly addresses: Addresses;
  readonly around: Around;
  readonly isPrivate: boolean;
}

/** More runs of one commit than anybody makes by hand. */
const MOST_SHOWN = 10;

function OtherRuns({ addresses, around: { before, after, sameCommit }, isPrivate }: OtherRunsProps) {
  const link = (words: string, mention: RunMention) => (
    <li>
      {words} <a href={addresses.run(mention.id, isPrivate)}>run {mention.id}</a>{' '}
      <State {...shownOf(mention.status, mention.conclusion)} />
    </li>
  );
  const those = sameCommit.slice(0, MOST_SHOWN);
  if (before === undefined && after === undefined && those.length === 0) return null;
  return (
    <>
      <dt>Other runs</dt>
      <dd>
        <ul class="plain">
          {before && link('before it', before)}
          {after && link('after it', after)}
          {those.map((mention) => link(`of the same commit, ${scopeWords(mention.scope)}:`, mention))}
        </ul>
      </dd>
    </>
  );
}

/** `branch:main` → `branch main` */
function scopeWords(scope: string): string {
  const [kind = '', ...name] = scope.split(':');
  if (kind === 'pull') return `pull request #${name.join(':')}`;
  return kind === 'branch' || kind === 'tag' ? `${kind} ${name.join(':')}` : kind.replace('_', ' ');
}
