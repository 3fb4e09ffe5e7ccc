// Two projects: `fast` needs neither Docker nor network (npm run check); `real` drives the
// real engine, Redis, git, registry and browser, and tests the stand-in for GitHub (script/test).
const shared = {
  globalSetup: '<rootDir>/test/setup/temporary-directory.mjs',
  globalTeardown: '<rootDir>/test/setup/remove-temporary-directory.mjs',
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  moduleFileExtensions: ['ts', 'tsx', 'js', 'json'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic', importSource: 'hono/jsx' } },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

// The stand-in's own tests need no more than git, but they take their time.
const real = ['<rootDir>/test/e2e/', '<rootDir>/test/contract/', '<rootDir>/test/fakes/'];

export default {
  // Jest leaves one core to itself by default: on a machine of two that is half.
  maxWorkers: '100%',
  // No test is about time: five seconds are not enough for git and Docker on a machine that is busy.
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: 'fast',
      testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/test/**/*.test.tsx'],
      testPathIgnorePatterns: real,
    },
    {
      ...shared,
      displayName: 'real',
      testMatch: real.map((directory) => `${directory}**/*.test.ts`),
    },
  ],
};
