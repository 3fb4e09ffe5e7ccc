import { describe, expect, test } from '@jest/globals';
import {
  createScript,
  goSignal,
  KILL_ALL,
  LATE_SCRIPT_BYTES,
  WAITING_ENTRYPOINT,
} from '../../src/worker/script.js';
import { runInShell, SHELLS } from './shells.js';

/** Told when the container is made, or with the go-signal: a script cannot tell. */
const WAYS = SHELLS.flatMap((shell) => [
  { shell, lateScript: false, told: 'at first' },
  { shell, lateScript: true, told: 'late' },
]);

describe.each(WAYS)('in $shell, told $told', ({ shell, lateScript }) => {
  const run = (commands: readonly string[], options?: Parameters<typeof runInShell>[2]) =>
    runInShell(shell, commands, { lateScript, ...options });

  test('commands run in one shell, each behind its marker', async () => {
    const { text, end, exitCode } = await run(['cd /', 'x=1; f() { echo "f $x"; }', 'f; pwd']);
    expect(text).toBe('<1><2><3>f 1\n/\n');
    expect(end).toMatchObject({ exitCode: 0 });
    expect(exitCode).toBe(0);
  });

  test('the first failing command ends it', async () => {
    const { text, end } = await run(['echo a', '(exit 7)', 'echo never']);
    expect(text).toBe('<1>a\n<2>');
    expect(end).toMatchObject({ exitCode: 7 });
  });

  test.each([
    ['&&', ['false &&', 'echo X', 'echo end'], '<1><3>end\n'],
    ['||', ['false ||', '# why', 'echo X'], '<1>X\n'],
    ['a pipe', ['echo data |', 'cat'], '<1>data\n'],
    ['case', ['case a in', 'a) echo A;;', 'b) echo B;;', 'esac', 'echo end'], '<1>A\n<5>end\n'],
    ['a backslash', ['echo a \\', 'b'], '<1>a b\n'],
    ['a heredoc', ['cat <<EOF', 'in $((1+1))', 'EOF', 'echo end'], '<1>in 2\n<4>end\n'],
    ['a quoted heredoc', ["cat <<-'E O'", '\t$x', '\tE O', 'echo end'], '<1>$x\n<4>end\n'],
    ['quotes', ['echo "a', 'b"', "echo 'c", "d'"], '<1>a\nb\n<3>c\nd\n'],
    ['a subshell', ['(echo a', 'echo b)', 'echo c'], '<1>a\nb\n<3>c\n'],
    ['if', ['if true; then', 'echo a', 'fi', 'echo b'], '<1><2>a\n<3><4>b\n'],
  ])('%s over several items means what it says', async (name, commands, expected) => {
    const { text, end } = await run(commands);
    // A marker before `fi` runs only where its branch does.
    expect(name === 'if' ? text.replaceAll(/<\d>/g, '') : text).toBe(name === 'if' ? 'a\nb\n' : expected);
    expect(end).toMatchObject({ exitCode: 0 });
  });

  test('set -e is POSIX’s', async () => {
    const { text, end } = await run(['false && true', 'if false; then :; fi', '! true', 'false || echo on']);
    expect(text).toBe('<1><2><3><4>on\n');
    expect(end).toMatchObject({ exitCode: 0 });
  });

  test('stdout and stderr keep their order', async () => {
    const { text } = await run(['for i in 1 2 3 4 5; do echo o$i; echo e$i >&2; done', 'echo x >&2']);
    expect(text).toBe('<1>o1\ne1\no2\ne2\no3\ne3\no4\ne4\no5\ne5\n<2>x\n');
  });

  test.each([
    ['exit', ['exit 3', 'echo never'], 3],
    ['exec', ['exec sh -c "exit 4"', 'echo never'], 4],
    ['a syntax error', ['echo a', 'echo "', 'echo b'], undefined],
    ['an unknown command', ['no-such-program-here'], 127],
    ['a killed shell', ['kill -KILL $$'], 137],
    ['a segmentation fault', ['sh -c "kill -SEGV \\$\\$"'], 139],
  ])('%s ends it with its code', async (_, commands, code) => {
    const { end } = await run(commands);
    expect(end?.exitCode).toBeGreaterThan(0);
    if (code !== undefined) expect(end?.exitCode).toBe(code);
  });

  test('a trap runs and its output comes before the end', async () => {
    const { text, end } = await run(['trap "echo bye" EXIT', 'exit 5']);
    expect(text).toBe('<1><2>bye\n');
    expect(end).toMatchObject({ exitCode: 5 });
  });

  test('stdin is empty and the arguments are none', async () => {
    const { text } = await run(['cat', 'echo "$#"', 'read x || echo nothing']);
    expect(text).toBe('<1><2>0\n<3>nothing\n');
  });

  test('what redirects or closes its output keeps its markers', async () => {
    const { pieces, end } = await run(['exec >/dev/null 2>&1', 'echo hidden', 'false']);
    expect(pieces.filter(({ kind }) => kind === 'command')).toEqual([
      { kind: 'command', index: 1 },
      { kind: 'command', index: 2 },
      { kind: 'command', index: 3 },
    ]);
    expect(end).toMatchObject({ exitCode: 1 });
  });

  test('closing the markers’ descriptor harms nothing', async () => {
    const { text, end } = await run(['exec 7>&-', 'echo on']);
    expect(text).toBe('<1>on\n');
    expect(end).toMatchObject({ exitCode: 0 });
  });

  test('set -x shows commands, not our markers', async () => {
    const { text } = await run(['set -x', 'echo a', 'echo b']);
    // bash counts an eval's depth.
    expect(text.replaceAll('++', '+')).toBe('<1><2>+ echo a\na\n<3>+ echo b\nb\n');
  });

  test('set -u finds nothing unset of ours', async () => {
    const { text, end } = await run(['set -u', 'echo on']);
    expect(text).toBe('<1><2>on\n');
    expect(end).toMatchObject({ exitCode: 0 });
  });

  test('late values arrive as they are', async () => {
    const value = `$(id) \`id\` "q" 'q' \\ ; & é`;
    const { text } = await run(['printf "%s\\n" "$CYCLONE_IMAGE"'], { late: [`CYCLONE_IMAGE=${value}`] });
    expect(text).toBe(`<1>${value}\n`);
  });

  test.each([
    ['several lines', '-----BEGIN KEY-----\nMIIE=\n=\n\n  indented\t\n-----END KEY-----\n'],
    ['line breaks alone', '\n\n\n'],
    ['carriage returns', 'a\r\nb\r'],
    ['every control character', String.fromCharCode(...Array.from({ length: 31 }, (_, at) => at + 1), 127)],
    ['bytes that shells use themselves', '\u0081\u0082\u0088\u00ff\u0401 é 😀'],
    ['words of the shell', `'"'"' $(id) \`id\` \\ \\n \${x} ; & * ~ # ! = `],
  ])('a late value of %s arrives byte by byte, between others', async (_, value) => {
    const late = ['A=first', `KEY=${value}`, 'B=last'];
    const { text, end } = await run(['printf "%s|%s|" "$A" "$B"', 'printf %s "$KEY" | od -An -v -tx1'], {
      late,
    });
    expect(text.startsWith('<1>first|last|<2>')).toBe(true);
    const bytes = text.slice('<1>first|last|<2>'.length).replaceAll(/\s/g, '');
    expect(Buffer.from(bytes, 'hex').toString()).toBe(value);
    expect(end).toMatchObject({ exitCode: 0 });
  });

  test('our names do not reach the script, not even when the environment has them', async () => {
    const environment = { _cyclone_end: 'x', _cyclone_code: 'x', _cyclone_script: 'x' };
    const { text, end } = await run(['env | grep -c _cyclone || :', 'set | grep ^_cyclone || :'], {
      environment,
    });
    expect(text).toBe('<1>0\n<2>');
    expect(end).toMatchObject({ exitCode: 0 });
  });

  test('the longest script arrives whole', async () => {
    const bytes = lateScript ? LATE_SCRIPT_BYTES : 300_000;
    const { text, end } = await run([`x='${'ä'.repeat(bytes / 2)}'`, 'printf %s "$x" | wc -c', 'echo 😀']);
    expect(text.replace(/ +/, '')).toBe(`<1><2>${bytes}\n<3>😀\n`);
    expect(end).toMatchObject({ exitCode: 0 });
  });

  test('quotes, backslashes and line breaks are kept', async () => {
    const { text } = await run([
      `printf '%s\\n' 'a\\b' "c'd"`,
      'cat <<EOF\none $((1+1))\nEOF',
      'echo a \\\n  b',
    ]);
    expect(text).toBe(`<1>a\\b\nc'd\n<2>one 2\n<3>a b\n`);
  });

  test('without a go-signal it ends and runs nothing', async () => {
    const { text, end, exitCode } = await run(['echo never'], { go: false });
    expect(text).toBe('');
    expect(end).toBeUndefined();
    expect(exitCode).toBe(125);
  });

  test('told to stay, it waits behind the end of a script that passed, until its input ends', async () => {
    const { text, end, stayed, exitCode } = await run(['echo a'], { stays: true });
    expect({ text, stayed, exitCode }).toEqual({ text: '<1>a\n', stayed: true, exitCode: 0 });
    expect(end).toMatchObject({ exitCode: 0 });
  });

  test.each([
    ['that failed', ['exit 7'], 7],
    ['that was killed', ['kill -KILL $$'], 137],
  ])('it does not stay for a script %s', async (_, commands, code) => {
    const { end, stayed, exitCode } = await run(commands, { stays: true });
    expect({ stayed, exitCode }).toEqual({ stayed: false, exitCode: code });
    expect(end).toMatchObject({ exitCode: code });
  });

  test('not told to, it ends with its script', async () => {
    const environment = { _cyclone_stay: 'x' };
    expect(await run(['echo a'], { environment })).toMatchObject({ text: '<1>a\n', exitCode: 0 });
  });

  test('a compound command over several items works', async () => {
    const { text } = await run(['for i in 1 2; do', 'echo $i', 'done']);
    expect(text).toBe('<1><2>1\n<3><2>2\n<3>');
  });
});

test('every argument fits the kernel’s limit for one', () => {
  const { entrypoint } = createScript(['😀'.repeat(100_000), 'a'.repeat(300_000)]);
  for (const arg of entrypoint) expect(Buffer.byteLength(arg)).toBeLessThan(128 * 1024);
  expect(entrypoint.slice(6).join('')).toContain('😀'.repeat(100_000));
});

test('the end nonce is not in what the script can read', () => {
  const script = createScript(['true']);
  expect(script.entrypoint.join(' ')).not.toContain(script.endNonce);
  expect(goSignal(script, { late: [] }).split('\n')).toEqual([script.endNonce, '', '']);
});

test('a late script is not in the entry point, which is every such script’s', () => {
  const script = createScript(['echo secret', '', ' echo'], { late: true });
  expect(script.entrypoint).toEqual(WAITING_ENTRYPOINT);
  const [, first, ...lines] = goSignal(script, { late: ['A=1'] }).split('\n');
  expect(first).toBe('A=1');
  expect(lines.slice(0, -2).every((line) => line.startsWith(' '))).toBe(true);
  expect(lines.slice(-2)).toEqual(['', '']);
});

test('in a container everything that is left is killed', () => {
  expect(createScript(['true']).entrypoint[2]).toContain(KILL_ALL);
});

test.each(['', '=value', '\nA=1', ' echo pwned'])('a late value without a name is refused: %j', (entry) => {
  expect(() => goSignal(createScript(['true']), { late: ['A=1', entry] })).toThrow('no name');
});
