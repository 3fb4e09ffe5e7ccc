import { posix } from 'node:path';
import { readBlob, resolveCommit } from '../git/commits.js';
import { readEntry, readTree, type TreeEntry } from '../git/trees.js';
import { ApiError, notFound } from '../http/api-error.js';
import { type Answer, json, onRepository, type RepositoryCall, type Route } from '../http/route.js';

// https://docs.github.com/en/rest/repos/contents#get-repository-content
const MAX_INLINE_BYTES = 1024 * 1024;
const MAX_BYTES = 100 * 1024 * 1024;

export const contentRoutes: readonly Route[] = [
  onRepository('repos/get-content', 'contents:read', async (call) => {
    const { repository, parameters } = call;
    const ref = call.url.searchParams.get('ref') ?? repository.defaultBranch;
    const commit = await resolveCommit(repository.directory, ref);
    if (commit === undefined) throw new ApiError(404, `No commit found for the ref ${ref}`);
    const path = posix.normalize(`/${parameters['path'] ?? ''}`).replaceAll(/^\/|\/$/g, '');
    if (path === '') return directory(call, commit, '', commit);
    const entry = await readEntry(repository.directory, commit, path);
    if (entry === undefined) throw notFound();
    switch (entry.type) {
      case 'tree':
        return directory(call, entry.sha, path, ref);
      case 'commit':
        return json({ ...fields(call, entry, path, ref), type: 'submodule', submodule_git_url: '' });
      case 'blob':
        return entry.mode === '120000' ? symlink(call, commit, entry, ref) : file(call, entry, path, ref);
    }
  }),
];

async function directory(call: RepositoryCall, tree: string, path: string, ref: string): Promise<Answer> {
  const entries = await readTree(call.repository.directory, tree, { recursive: false });
  return json(
    entries.map((entry) => ({
      ...fields(call, entry, posix.join(path, entry.path), ref),
      // In a listing GitHub calls submodules files.
      type: entry.type === 'tree' ? 'dir' : entry.mode === '120000' ? 'symlink' : 'file',
    })),
  );
}

async function file(call: RepositoryCall, entry: TreeEntry, path: string, ref: string): Promise<Answer> {
  const size = entry.size ?? 0;
  if (size > MAX_BYTES) throw new ApiError(403, 'This API returns blobs up to 100 MB in size.');
  const raw = /application\/vnd\.github\.(v3\.)?raw/.test(call.accept);
  if (raw) {
    const content = await readBlob(call.repository.directory, entry.sha);
    return { status: 200, raw: { type: 'application/vnd.github.raw+json; charset=utf-8', content } };
  }
  const inline = size <= MAX_INLINE_BYTES;
  const content = inline ? await readBlob(call.repository.directory, entry.sha) : Buffer.alloc(0);
  return json({
    ...fields(call, entry, path, ref),
    type: 'file',
    encoding: inline ? 'base64' : 'none',
    content: inline ? lines(content.toString('base64')) : '',
  });
}

/** A link to a file of the repository is answered with that file; any other with itself. */
async function symlink(call: RepositoryCall, commit: string, entry: TreeEntry, ref: string): Promise<Answer> {
  const target = (await readBlob(call.repository.directory, entry.sha)).toString();
  const path = posix.join(posix.dirname(entry.path), target);
  const inside = !target.startsWith('/') && !path.startsWith('..');
  const found = inside ? await readEntry(call.repository.directory, commit, path) : undefined;
  if (found?.type === 'blob' && found.mode !== '120000') return file(call, found, entry.path, ref);
  return json({ ...fields(call, entry, entry.path, ref), type: 'symlink', target });
}

function fields(
  { world: { urls }, repository }: RepositoryCall,
  entry: TreeEntry,
  path: string,
  ref: string,
) {
  const api = `${urls.api}/repos/${repository.fullName}`;
  const kind = entry.type === 'tree' ? 'tree' : 'blob';
  const where = path.split('/').map(encodeURIComponent).join('/');
  const url = `${api}/contents/${where}?ref=${encodeURIComponent(ref)}`;
  const git = `${api}/git/${kind}s/${entry.sha}`;
  const html = `${urls.web}/${repository.fullName}/${kind}/${encodeURIComponent(ref)}/${where}`;
  return {
    name: posix.basename(path),
    path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url,
    git_url: git,
    html_url: html,
    download_url:
      kind === 'tree' ? null : `${urls.web}/${repository.fullName}/raw/${encodeURIComponent(ref)}/${where}`,
    _links: { self: url, git, html },
  };
}

/** GitHub breaks base64 after 60 characters. */
const lines = (base64: string): string => base64.replaceAll(/.{1,60}/g, '$&\n');
