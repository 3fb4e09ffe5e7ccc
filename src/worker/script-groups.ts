/**
 * Items of `commands` that belong together: `- case $x in` goes on in the next item, and a marker between
 * the two would be part of what it says. Loops and conditions stand markers inside, and are left apart.
 * @returns for each group the index of its first item and of the one after its last
 */
export function commandGroups(commands: readonly string[]): readonly (readonly [number, number])[] {
  const groups: [number, number][] = [];
  let first = 0;
  let text = '';
  for (const [index, command] of commands.entries()) {
    text += `${command}\n`;
    if (index > first && text.length > GROUP_MAX) {
      groups.push([first, commands.length]);
      break;
    }
    if (index === commands.length - 1 || !goesOn(text)) {
      groups.push([first, index + 1]);
      first = index + 1;
      text = '';
    }
  }
  return groups;
}

/**
 * Characters of a group that is looked at again with each item. A longer one takes all the rest with it:
 * what it says stays the same, and only the names of its commands are lost.
 */
const GROUP_MAX = 8 * 1024;

interface Heredoc {
  readonly word: string;
  readonly stripsTabs: boolean;
}

/** Whether a shell would read on for the end of what the text began. It looks no deeper than that takes. */
function goesOn(text: string): boolean {
  const heredocs: Heredoc[] = [];
  let cases = 0;
  let parentheses = 0;
  let backticks = 0;
  let atCommand = true;
  let last = '';
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === '\\') {
      // The newline behind the last item is ours: with a backslash before it, the item goes on.
      if (text[at + 1] === '\n' && at + 2 === text.length) return true;
      at += 2;
      if (text[at - 1] !== '\n') [last, atCommand] = ['word', false];
    } else if (char === "'" || char === '"') {
      const end = quoteEnd(text, at);
      if (end === -1) return true;
      at = end;
      [last, atCommand] = ['word', false];
    } else if (char === '$') {
      // In ${x#(} and $((1 << 2)) nothing means what it means outside.
      const close = text.startsWith('$((', at) ? '))' : text[at + 1] === '{' ? '}' : '';
      const end = close === '' ? at : text.indexOf(close, at);
      if (end === -1) return true;
      at = close === '' ? at + 1 : end + close.length;
      [last, atCommand] = ['word', false];
    } else if (char === '\n') {
      at += 1;
      for (const heredoc of heredocs.splice(0)) {
        const end = heredocEnd(text, at, heredoc);
        if (end === -1) return true;
        at = end;
      }
      if (!isJoin(last)) [last, atCommand] = ['end', true];
    } else if (char === '#' && /\s|^$|[;&|()]/.test(text[at - 1] ?? '')) {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    } else if (text.startsWith('<<<', at)) {
      at += 3;
    } else if (text.startsWith('<<', at)) {
      const [heredoc, end] = heredocAt(text, at + 2);
      if (heredoc !== undefined) heredocs.push(heredoc);
      at = end;
      [last, atCommand] = ['word', false];
    } else if (/[;&|()`]/.test(char)) {
      const operator = /^(?:&&|\|\||;;|[;&|()`])/.exec(text.slice(at, at + 2))?.[0] ?? char;
      if (cases === 0 && operator === '(') parentheses += 1;
      if (cases === 0 && operator === ')') parentheses -= 1;
      if (operator === '`') backticks += 1;
      at += operator.length;
      [last, atCommand] = [operator, true];
    } else if (/\s/.test(char)) {
      at += 1;
    } else {
      const end = wordEnd(text, at);
      const word = text.slice(at, end);
      if (atCommand && word === 'case') cases += 1;
      if (atCommand && word === 'esac') cases -= 1;
      atCommand = atCommand && LEADERS.has(word);
      last = 'word';
      at = end;
    }
  }
  return isJoin(last) || cases > 0 || parentheses > 0 || backticks % 2 === 1;
}

/** After these words a command begins. */
const LEADERS: ReadonlySet<string> = new Set([
  'if',
  'then',
  'else',
  'elif',
  'do',
  'while',
  'until',
  '!',
  '{',
]);

/** What stands before a command that is still to come. */
function isJoin(operator: string): boolean {
  return operator === '|' || operator === '||' || operator === '&&';
}

/** The place after the closing quote, or -1. */
function quoteEnd(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === quote) return at + 1;
    if (quote === '"' && text[at] === '\\') at += 1;
  }
  return -1;
}

function wordEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && !/[\s;&|()`'"\\$]/.test(text[at] ?? '')) {
    if (text.startsWith('<<', at)) break;
    at += 1;
  }
  return at;
}

function heredocAt(text: string, start: number): readonly [Heredoc | undefined, number] {
  const line = text.slice(start, start + 256);
  const found = /^(-?)[ \t]*(?:'([^'\n]+)'|"([^"\n]+)"|\\?([^\s;&|()<>'"\\]+))/.exec(line);
  if (found === null) return [undefined, start];
  const word = found[2] ?? found[3] ?? found[4] ?? '';
  return [{ word, stripsTabs: found[1] === '-' }, start + found[0].length];
}

/** The place after the line that ends it, or -1. */
function heredocEnd(text: string, start: number, { word, stripsTabs }: Heredoc): number {
  let at = start;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(at, end);
    if ((stripsTabs ? line.replace(/^\t+/, '') : line) === word) return end + 1;
    at = end + 1;
  }
  return -1;
}
