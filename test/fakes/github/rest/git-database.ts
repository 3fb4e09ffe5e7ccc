import { objectType, readBlob } from '../git/commits.js';
import { snapshotRefs } from '../git/refs.js';
import { readTree, resolveTree } from '../git/trees.js';
import { notFound } from '../http/api-error.js';
import { json, onRepository, type RepositoryCall, type Route } from '../http/route.js';
import { nodeId } from '../views/account.js';

export const gitDatabaseRoutes: readonly Route[] = [
  onRepository('git/get-tree', 'contents:read', async (call) => {
    const { repository, url } = call;
    const sha = await resolveTree(repository.directory, call.parameters['tree_sha'] ?? '');
    if (sha === undefined) throw notFound();
    const recursive = url.searchParams.has('recursive');
    const tree = (await readTree(repository.directory, sha, { recursive })).map((entry) => ({
      path: entry.path,
      mode: entry.mode,
      type: entry.type,
      sha: entry.sha,
      ...(entry.size === undefined ? {} : { size: entry.size }),
      ...(entry.type === 'commit' ? {} : { url: `${base(call)}/git/${entry.type}s/${entry.sha}` }),
    }));
    return json({ sha, url: `${base(call)}/git/trees/${sha}`, tree, truncated: false });
  }),

  onRepository('git/get-blob', 'contents:read', async (call) => {
    const { repository, accept } = call;
    const sha = call.parameters['file_sha'] ?? '';
    if ((await objectType(repository.directory, sha)) !== 'blob') throw notFound();
    const content = await readBlob(repository.directory, sha);
    if (/application\/vnd\.github\.(v3\.)?raw/.test(accept))
      return { status: 200, raw: { type: 'application/vnd.github.raw', content } };
    return json({
      sha,
      node_id: nodeId('B', repository.id),
      size: content.length,
      url: `${base(call)}/git/blobs/${sha}`,
      content: content.toString('base64'),
      encoding: 'base64',
    });
  }),

  onRepository('git/get-ref', 'contents:read', async (call) => {
    const ref = `refs/${call.parameters['ref']}`;
    const sha = (await snapshotRefs(call.repository.directory, ref)).get(ref);
    if (sha === undefined) throw notFound();
    return json(await refView(call, ref, sha));
  }),

  onRepository('git/list-matching-refs', 'contents:read', async (call) => {
    const prefix = `refs/${call.parameters['ref']}`;
    const refs = [...(await snapshotRefs(call.repository.directory))].filter(([ref]) =>
      ref.startsWith(prefix),
    );
    return json(await Promise.all(refs.map(([ref, sha]) => refView(call, ref, sha))));
  }),
];

async function refView(call: RepositoryCall, ref: string, sha: string) {
  const type = await objectType(call.repository.directory, sha);
  return {
    ref,
    node_id: nodeId('REF', call.repository.id),
    url: `${base(call)}/git/${ref}`,
    object: { type, sha, url: `${base(call)}/git/${type}s/${sha}` },
  };
}

const base = ({ world, repository }: RepositoryCall): string =>
  `${world.urls.api}/repos/${repository.fullName}`;
