import { createNonce } from './nonce.js';
import { commandGroups } from './script-groups.js';

/**
 * One argument of execve holds 128 KiB (MAX_ARG_STRLEN, linux/binfmts.h), NUL included; all of
 * argv and the environment a quarter of the stack, 2 MiB by default. The script is passed twice.
 */
const CHUNK_BYTES = 96 * 1024;
export const SCRIPT_LIMIT_BYTES = 768 * 1024;

/** Frames a marker. The record separator: no program prints it beside a nonce. */
export const MARK = '\x1e';

/**
 * A descriptor that scripts leave alone: 3–6 are everybody's first choice, 8 and 9 flock's. dash knows one digit only.
 */
const MARKER_FD = 7;

/**
 * Kills all that the stage left running, and waits until they are dead: the next stage may be in the same namespace and
 * listen where they did. With Init as process 1, the calling shell alone survives it, and Init buries the others;
 * where the shell itself is process 1, nobody does. The kernel tells nobody else of their end; it is there within
 * microseconds, but for what hangs on a disk: after so many times, less than a second, they are left to die.
 */
export const KILL_ALL = `_cyclone_key=0
while kill -KILL -1 && [ "$$" != 1 ] && [ "$_cyclone_key" -lt 20000 ]; do _cyclone_key=$((_cyclone_key + 1)); done`;

/** What runs in a container of a stage with `commands`. */
export interface Script {
  readonly entrypoint: readonly string[];
  /** Comes with the go-signal, because the container was there before it. Absent: the entry point has it. */
  readonly text?: string;
  /** The text that is echoed, by the number (1-based) of the item that it begins with. */
  readonly commands: ReadonlyMap<number, string>;
  /** Frames the markers of commands. The script can read it: it tells a name, it guards nothing. */
  readonly commandNonce: string;
  /** Frames the end marker. It comes with the go-signal and only the waiting shell knows it. */
  readonly endNonce: string;
}

/**
 * The shell that waits on stdin for the go-signal, runs the script in a child, and says how it ended.
 * `2>&1`: one ordered stream is worth more than telling stderr apart. Names are unset first because
 * an exported variable of the same name would carry the nonce to the child. A line that begins with `=`
 * is the next one of the value before it: no name is empty; one that begins with a space is of the script.
 * What the kernel killed for memory is read from
 * the cgroup with builtins alone: asking the engine waits for the container's end.
 * The files of names belong to a namespace, which stages share one after the other: each leaves them as it found them.
 * A shell that was told to stay for its outputs waits, behind the end marker, for the end of its stdin: of a container
 * that runs, the engine copies in a quarter of the time that it takes while the container is taken apart.
 */
const waitingShell = (killAll: string): string => `exec 2>&1
unset _cyclone_end _cyclone_stay _cyclone_line _cyclone_late _cyclone_code _cyclone_oom _cyclone_file _cyclone_key _cyclone_value _cyclone_text _cyclone_seen _cyclone_hosts _cyclone_resolv
_cyclone_see() {
  _cyclone_seen=
  while IFS= read -r _cyclone_line; do _cyclone_seen="$_cyclone_seen$_cyclone_line
"
  done <"$1"
}
IFS=' ' read -r _cyclone_end _cyclone_stay || exit 125
while IFS= read -r _cyclone_line && [ -n "$_cyclone_line" ]; do
  case $_cyclone_line in
    ' '*) _cyclone_text="$_cyclone_text\${_cyclone_line# }
"
      continue ;;
    =*) _cyclone_late="$_cyclone_late
\${_cyclone_line#=}" ;;
    *) _cyclone_late=$_cyclone_line ;;
  esac
  export "$_cyclone_late"
done
{ _cyclone_see /etc/hosts && _cyclone_hosts=$_cyclone_seen && _cyclone_see /etc/resolv.conf && _cyclone_resolv=$_cyclone_seen
} 2>/dev/null
/bin/sh -c "$@" \${_cyclone_text:+"$_cyclone_text"} </dev/null ${MARKER_FD}>&1
_cyclone_code=$?
{ ${killAll}
} 2>/dev/null
if [ -n "$_cyclone_resolv" ]; then
  _cyclone_see /etc/hosts && [ "$_cyclone_seen" = "$_cyclone_hosts" ] || printf %s "$_cyclone_hosts" >/etc/hosts
  _cyclone_see /etc/resolv.conf && [ "$_cyclone_seen" = "$_cyclone_resolv" ] || printf %s "$_cyclone_resolv" >/etc/resolv.conf
fi 2>/dev/null
for _cyclone_file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
  [ -r "$_cyclone_file" ] || continue
  while read -r _cyclone_key _cyclone_value; do
    [ "$_cyclone_key" != oom_kill ] || _cyclone_oom=$_cyclone_value
  done <"$_cyclone_file"
done
printf '\\036%s:%s:%s\\036' "$_cyclone_end" "$_cyclone_code" "$_cyclone_oom"
[ "$_cyclone_code\${_cyclone_stay:+ stay}" != '0 stay' ] || read -r _cyclone_line
exit "$_cyclone_code"`;

const CHILD = `_cyclone_script=
for _cyclone_chunk in "$@"; do _cyclone_script="$_cyclone_script$_cyclone_chunk"; done
set --
eval "unset _cyclone_script _cyclone_chunk
set -e
$_cyclone_script"`;

const entrypointOf = (killAll: string, text: string): readonly string[] => [
  '/bin/sh',
  '-c',
  waitingShell(killAll),
  'cyclone',
  CHILD,
  'cyclone',
  ...chunksOf(text),
];

/** Waits for any script: it comes with the go-signal. */
export const WAITING_ENTRYPOINT = entrypointOf(KILL_ALL, '');

/** A shell reads its input byte by byte, a system call each: what is longer is told before it waits. */
export const LATE_SCRIPT_BYTES = 16 * 1024;

/** Beside the bytes of a command: its marker. */
const MARKER_BYTES = 96;

/** Whether a script is short enough for the go-signal. One argument holds it then. */
export function canComeLate(commands: readonly string[]): boolean {
  return scriptBytes(commands) + commands.length * MARKER_BYTES <= LATE_SCRIPT_BYTES;
}

export interface ScriptOptions {
  /** The script is for a container with {@link WAITING_ENTRYPOINT}. */
  readonly late?: boolean;
  /** Tests run the script on a machine that they share. */
  readonly killAll?: string;
}

export function createScript(
  commands: readonly string[],
  { late = false, killAll = KILL_ALL }: ScriptOptions = {},
): Script {
  const commandNonce = createNonce();
  const groups = new Map(
    commandGroups(commands).map(
      ([first, end]) => [first + 1, commands.slice(first, end).join('\n')] as const,
    ),
  );
  const text = [...groups]
    .map(([number, lines]) => `${markerCommand(commandNonce, number)}\n${lines}\n`)
    .join('');
  return {
    entrypoint: entrypointOf(killAll, late ? '' : text),
    ...(late && { text }),
    commands: groups,
    commandNonce,
    endNonce: createNonce(),
  };
}

/** Bytes of `commands` as they will be passed, markers left out. */
export function scriptBytes(commands: readonly string[]): number {
  return commands.reduce((sum, command) => sum + Buffer.byteLength(command) + 1, 0);
}

export interface Go {
  /** `K=V`: values known late. */
  readonly late: readonly string[];
  /** The container runs on when its script has passed, until its stdin ends: there is something to copy out of it. */
  readonly stays?: boolean;
}

/**
 * What the waiting shell reads: the end nonce and whether to stay, `K=V` for each value known late, the script if it has none, an
 * empty line. The second and further lines of a value have a `=` in front, those of the script a space. `export "$text"` takes a text as it is, so quoting has
 * nothing to get wrong.
 * @throws when an entry has no name: it would be read as the end, or as a part of the one before
 */
export function goSignal(script: Script, { late, stays = false }: Go): string {
  if (late.some((entry) => !/^[^= \n]/.test(entry))) throw new Error('a late value has no name');
  const values = late.map((entry) => entry.replaceAll('\n', '\n='));
  // It ends with a line break, as each line of it does in the shell.
  const lines = script.text === undefined ? [] : script.text.slice(0, -1).split('\n');
  const head = stays ? `${script.endNonce} stay` : script.endNonce;
  return [head, ...values, ...lines.map((line) => ` ${line}`), '', ''].join('\n');
}

/** Silent under `set -x`, and harmless when the script closed the descriptor. */
function markerCommand(nonce: string, index: number): string {
  return `{ printf '\\036${nonce}:${index}\\036' >&${MARKER_FD}; } 2>/dev/null || :`;
}

function chunksOf(text: string): readonly string[] {
  const chunks: string[] = [];
  let chunk = '';
  let bytes = 0;
  for (const piece of piecesOf(text)) {
    const size = Buffer.byteLength(piece);
    if (bytes + size > CHUNK_BYTES) {
      chunks.push(chunk);
      chunk = '';
      bytes = 0;
    }
    chunk += piece;
    bytes += size;
  }
  return chunk === '' ? chunks : [...chunks, chunk];
}

/** Short pieces that never cut a surrogate pair: half of one would not survive UTF-8. */
function* piecesOf(text: string): Generator<string> {
  const length = 4096;
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + length, text.length);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end += 1;
    yield text.slice(start, end);
    start = end;
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
