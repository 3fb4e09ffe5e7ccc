/** What every shell takes for the name of a variable. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

/**
 * Those that begin with CYCLONE_ tell a stage where it runs: nobody may overwrite them. The shell that waits
 * for the script calls its own variables `_cyclone_…`.
 */
export function isVariableName(text: string): boolean {
  return NAME.test(text) && !/^(?:CYCLONE(?:_|$)|_cyclone_)/.test(text);
}

export const VARIABLE_NAME_HINT =
  'it becomes a variable: letters, digits and "_", no digit first, and not CYCLONE_ in front';
