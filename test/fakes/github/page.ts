import { checkRunsOf } from './checks.js';
import type { Answer } from './http/route.js';
import type { CheckRun, Repository } from './state/model.js';
import { findRepository } from './state/state.js';
import { latest } from './views/check.js';
import type { World } from './world.js';

/** A page for people: the checks of a repository's commits, newest first. `/`: the repositories. */
export function page(world: World, path: string): Answer {
  if (path === '/') return html('Repositories', list([...world.state.repositories.values()].map(link)));
  const repository = findRepository(world.state, path.slice(1).replace(/\/(commit|runs)\/.*$/, ''));
  if (repository === undefined || repository.private)
    return { ...html('Not found', '<p>There is no such public page.</p>'), status: 404 };
  const byCommit = new Map<string, CheckRun[]>();
  for (const run of checkRunsOf(world, repository).toReversed())
    byCommit.set(run.headSha, [run, ...(byCommit.get(run.headSha) ?? [])]);
  const commits = [...byCommit].map(
    ([sha, runs]) => `<h2><code>${sha.slice(0, 12)}</code></h2>${list(latest(runs).map(check))}`,
  );
  return html(repository.fullName, commits.join('') || '<p>No checks yet.</p>');
}

const link = ({ fullName }: Repository): string => `<a href="/${escape(fullName)}">${escape(fullName)}</a>`;

function check({ state }: CheckRun): string {
  const title = `${escape(state.name)}: <b>${state.conclusion ?? state.status}</b> ${escape(state.title ?? '')}`;
  const target = /^https?:/.test(state.detailsUrl ?? '') ? escape(state.detailsUrl ?? '') : undefined;
  const details = target === undefined ? '' : ` <a href="${target}">Details</a>`;
  return `${title}${details}<pre>${escape(state.summary ?? '')}</pre>`;
}

const list = (items: readonly string[]): string =>
  `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;

const escape = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (letter) => `&#${letter.codePointAt(0)};`);

function html(title: string, body: string): Answer {
  const text = `<!doctype html><meta charset="utf-8"><title>${escape(title)}</title><h1>${escape(title)}</h1>${body}`;
  return { status: 200, raw: { type: 'text/html; charset=utf-8', content: Buffer.from(text) } };
}
