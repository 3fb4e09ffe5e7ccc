import { readdirSync, readFileSync } from 'node:fs';

export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

// From the root of the project, where tests and tools run: compiled, this file stands elsewhere.
const FIXTURES = 'test/fixtures';
const DOCS = 'docs/caicloud-yml.md';

/** Files of Cyclone v0.2: real ones, and those made to cover its language. */
export function fixtureFiles(): readonly SourceFile[] {
  return ['corpus', 'oracle'].flatMap((folder) =>
    readdirSync(`${FIXTURES}/${folder}`)
      .filter((name) => name.endsWith('.yml'))
      .sort()
      .map((name) => ({
        name: `${folder}/${name}`,
        text: readFileSync(`${FIXTURES}/${folder}/${name}`, 'utf8'),
      })),
  );
}

/** The examples of the reference: every key of our own is in one of them. */
export function docsExamples(): readonly SourceFile[] {
  return [...readFileSync(DOCS, 'utf8').matchAll(/```yaml\n(.*?)```/gs)].map(([, text = ''], index) => ({
    name: `${DOCS} example ${index + 1}`,
    text,
  }));
}
