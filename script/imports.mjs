// Checks the import table. A cruise that read nothing is a failure, not a pass.
import { cruise } from 'dependency-cruiser';
import { createRequire } from 'node:module';

const config = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
const { output } = await cruise(['src'], { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true });
const { summary } = output;
for (const v of summary.violations) {
  console.error(`${v.from} → ${v.to}: ${v.rule.name}`);
}
if (summary.totalCruised < 10) {
  console.error(`imports: only ${summary.totalCruised} modules were read: the parser does not see TypeScript`);
  process.exit(1);
}
if (summary.error > 0) {
  console.error(`imports: ${summary.error} against the table in ARCHITECTURE.md`);
  process.exit(1);
}
