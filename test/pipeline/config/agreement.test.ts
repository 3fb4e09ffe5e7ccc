import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../../src/pipeline/config/parse.js';
import { toV2Tree, type V2Deploy, type V2Node, type V2Tree } from './v2-tree.js';

/**
 * Files with the tree that Cyclone v0.2's own parser made of them (corpus: real ones; oracle: made to
 * cover the language). We must make the same of each, but for the differences that stand here.
 */
const FIXTURES = new URL('../../fixtures/', import.meta.url);

/** v0.2 read an environment map through Go's map, whose order is random: these came out shuffled. */
const SHUFFLED_ENVIRONMENT = new Set(['oracle/006', 'oracle/029', 'oracle/030']);

/** v0.2 dropped the names of its predecessor; here they mean what they meant. */
const OLD_NAMES: Readonly<Record<string, V2Deploy>> = {
  'corpus/inventory-service-partition': { DeploymentName: 'inventory-service', NamespaceName: 'micosvc' },
  'corpus/mongo-client-five-services': { DeploymentName: 'mongo-client', NamespaceName: 'mongo' },
};

/** What v0.2 left empty in the tree and put in when it ran: here the plan has it. */
function withDefaults(tree: V2Tree, file: string): V2Tree {
  const nodes = tree.nodes
    // It appends an integration to every file, and skips the empty one.
    .filter(({ type, node }) => type !== 'integration' || Object.keys(node).length > 0)
    .map(({ type, node }) => ({ type, node: isDockerfile(type, node) ? { ...DOCKERFILE, ...node } : node }));
  const deploy =
    tree.deploy?.map((target) => ({
      ...target,
      ClusterType: target['ClusterType'] === '' ? 'caicloud_claas' : target['ClusterType'],
      ...OLD_NAMES[file],
    })) ?? null;
  return { nodes, deploy };
}

const DOCKERFILE = { DockerfilePath: '.', DockerfileName: 'Dockerfile' };

function isDockerfile(type: string, node: V2Node): boolean {
  return type === 'build' || 'DockerfilePath' in node || 'DockerfileName' in node;
}

function unorderedEnvironment(tree: V2Tree): V2Tree {
  const unordered = (node: V2Node): V2Node =>
    'Environment' in node ? { ...node, Environment: new Set(node['Environment'] as string[]) } : node;
  return { ...tree, nodes: tree.nodes.map(({ type, node }) => ({ type, node: unordered(node) })) };
}

const files = ['corpus', 'oracle'].flatMap((folder) =>
  readdirSync(new URL(folder, FIXTURES))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => `${folder}/${name.replace(/\.yml$/, '')}`),
);

function read(file: string): { text: string; theirs: V2Tree } {
  return {
    text: readFileSync(new URL(`${file}.yml`, FIXTURES), 'utf8'),
    theirs: JSON.parse(readFileSync(new URL(`${file}.json`, FIXTURES), 'utf8')) as V2Tree,
  };
}

describe('agreement with Cyclone v0.2', () => {
  it('has files to agree on', () => {
    expect(files.length).toBeGreaterThanOrEqual(49);
  });

  it.each(files)('%s', (file) => {
    const { text, theirs } = read(file);
    const { definitions, issues } = parseConfig(text);
    const ours = toV2Tree(definitions);
    const expected = withDefaults(theirs, file);
    if (SHUFFLED_ENVIRONMENT.has(file)) {
      expect(unorderedEnvironment(ours)).toEqual(unorderedEnvironment(expected));
      expect(ours).not.toEqual(expected);
    } else {
      expect(ours).toEqual(expected);
    }
    expect(issues.filter((issue) => issue.severity === 'error')).toEqual([]);
  });

  it.each(files)('%s publishes once if it builds', (file) => {
    const { definitions } = parseConfig(read(file).text);
    const named = (name: string) => definitions.filter((definition) => definition.name === name).length;
    expect(named('publish')).toBe(Math.min(1, named('build')));
  });
});
