/** Files at the limits of the language. */

/** 200 stages in four layers, each stage in need of three of the layer before, and one matrix of many cells. */
export function wideFile(stages = 200): string {
  const layer = stages / 4;
  const lines = ['stages:'];
  for (let index = 0; index < stages; index += 1) {
    const before = index - layer;
    const needs = before < 0 ? [] : [before, ...around(before, layer)].map((stage) => `s${stage}`);
    lines.push(
      `  s${index}:`,
      '    image: node:22',
      '    environment: { A: 1, B: two }',
      `    needs: [${needs.join(', ')}]`,
      '    timeout: 10m',
      '    commands: [npm ci, npm test]',
    );
  }
  lines.push(
    '  cells:',
    '    image: node:22',
    '    commands: [npm test]',
    '    needs: [s0]',
    '    matrix:',
    '      node: [18, 20, 22, 24]',
    '      os: [alpine, debian, ubuntu, fedora]',
    '      shard: [1, 2, 3, 4, 5, 6]',
    '      exclude: [{ node: 18, os: fedora }]',
    '  after: { image: node:22, commands: [npm run merge], needs: [cells] }',
  );
  return `${lines.join('\n')}\n`;
}

/** Many stages that repeat one matrix by an alias: small to write, large to read. */
export function aliasedMatrices(stages = 600): string {
  const values = (count: number): string => Array.from({ length: count }, (_, index) => index).join(', ');
  const lines = [
    'stages:',
    '  first:',
    '    image: a',
    '    commands: [x]',
    '    matrix: &matrix',
    `      a: [${values(16)}]`,
    `      b: [${values(32)}]`,
    '      exclude: [{ a: 0 }, { a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }, { a: 5 }, { a: 6 }, { a: 7 }]',
  ];
  for (let index = 0; index < stages; index += 1) {
    lines.push(`  s${index}: { image: a, commands: [x], matrix: *matrix }`);
  }
  return `${lines.join('\n')}\n`;
}

function around(stage: number, layer: number): readonly number[] {
  const start = Math.floor(stage / layer) * layer;
  return [1, 2].map((step) => start + ((stage - start + step) % layer));
}

/** As many stages as a file may have, each in need of all before it: half a million needs. */
export function denseMatrices(): string {
  const lines = ['stages:'];
  for (let index = 0; index < 100; index += 1) {
    const needs = Array.from({ length: index }, (_, before) => `s${before}`).join(', ');
    lines.push(
      `  s${index}: { image: a, commands: [x], matrix: { n: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }, needs: [${needs}] }`,
    );
  }
  return `${lines.join('\n')}\n`;
}
