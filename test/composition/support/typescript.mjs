// Lets a thread run the sources as they are: Jest compiles what it runs itself, and nothing of a thread's.
import { register } from 'node:module';

const hooks = `
import { readFile } from 'node:fs/promises';
import { transform } from ${JSON.stringify(import.meta.resolve('@swc/core'))};

export async function resolve(specifier, context, next) {
  const isOurs = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
  return next(isOurs ? specifier.replace(/\\.js$/, '.ts') : specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const jsc = { target: 'es2023', parser: { syntax: 'typescript' } };
  const { code } = await transform(await readFile(new URL(url), 'utf8'), { jsc, module: { type: 'es6' } });
  return { format: 'module', source: code, shortCircuit: true };
}
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
