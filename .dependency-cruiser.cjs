// The import table of ARCHITECTURE.md as rules. `npm run imports` also fails when no module was
// read: with a parser that cannot read TypeScript, a cruise of nothing would pass.
const rooms = ['pipeline', 'reports', 'logs', 'runs', 'checks', 'worker', 'handlers', 'web', 'adapters', 'cli'];
const room = (name) => `^src/${name}/`;

/** A room may import itself, the rooms listed, and nothing else of ours. */
const mayImport = (name, allowed) => ({
  name: `${name}-imports`,
  comment: `${name} may import: ${[name, ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: room(name) },
  to: { path: '^src/', pathNot: [name, ...allowed].map(room) },
});

/** An SDK that only the named folders may import (as a value; types may travel). */
const onlyIn = (sdk, folders) => ({
  name: `sdk-${sdk.replace(/[^a-z]/g, '')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: folders },
  to: { path: `node_modules/${sdk}/`, dependencyTypesNot: ['type-only'] },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    mayImport('pipeline', []),
    mayImport('reports', ['pipeline']),
    mayImport('logs', ['pipeline']),
    mayImport('runs', ['pipeline']),
    mayImport('checks', ['pipeline', 'reports']),
    mayImport('worker', ['pipeline', 'reports', 'logs']),
    mayImport('handlers', ['runs', 'pipeline']),
    mayImport('web', ['runs', 'logs', 'pipeline', 'reports']),
    {
      name: 'browser-code-alone',
      comment: 'src/web/client runs in the browser: it shares nothing with the server but types',
      severity: 'error',
      from: { path: '^src/web/client/' },
      to: { pathNot: '^src/web/(client/|log-protocol\\.ts$)' },
    },
    {
      name: 'browser-code-is-served-not-imported',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/web/client/' },
      to: { path: '^src/web/client/' },
    },
    {
      name: 'pure-rooms',
      comment: 'pipeline and reports do no I/O: a pure parser is all they may use',
      severity: 'error',
      from: { path: '^src/(pipeline|reports)/' },
      to: { dependencyTypes: ['core', 'npm'], pathNot: 'node_modules/(yaml|zod)/' },
    },
    { name: 'settings-alone', severity: 'error', from: { path: '^src/settings[./]' }, to: { path: '^src/', pathNot: '^src/settings/' } },
    {
      name: 'settings-by-its-door',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/settings[./]' },
      to: { path: '^src/settings/' },
    },
    {
      name: 'adapters-import-ports',
      comment: 'an adapter sees the ports it implements and the pipeline types, as types, and its own folder',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/', pathNot: ['^src/adapters/$1/', '^src/pipeline/', '^src/(worker|runs|checks|logs|web|handlers)/ports\\.ts$'] },
    },
    {
      name: 'app-imports',
      severity: 'error',
      from: { path: '^src/app\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/handlers/', '^src/runs/', '^src/pipeline/'] },
    },
    {
      name: 'nobody-imports-the-root',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/(main\\.ts|cli/)' },
    },
    onlyIn('dockerode', ['^src/adapters/docker/']),
    onlyIn('bullmq', ['^src/adapters/bullmq/']),
    onlyIn('ioredis', ['^src/adapters/(redis|bullmq)/']),
    onlyIn('(kysely|libsql|pg)', ['^src/adapters/sql/']),
    onlyIn('(octokit|@octokit|bottleneck)', ['^src/adapters/github/']),
    onlyIn('probot', ['^src/adapters/github/', '^src/main\\.ts$']),
    onlyIn('prom-client', ['^src/adapters/metrics/']),
    onlyIn('(hono|@hono)', ['^src/web/']),
    onlyIn('aws4fetch', ['^src/adapters/s3/']),
    onlyIn('diff', ['^src/logs/']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'], extensions: ['.ts', '.tsx', '.js', '.json'] },
  },
};
