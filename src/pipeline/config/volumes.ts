import { hostSource } from '../policy.js';
import type { PlacedText } from './forms.js';
import { error, type Report, warning } from './issues.js';
import { climbsOut } from './workspace-path.js';

/** The volumes that mean something, as written; says of every other why it does not. */
export function readVolumes(written: readonly PlacedText[], report: Report): readonly string[] {
  return written.filter((volume) => isVolume(volume, report)).map((volume) => volume.text);
}

function isVolume({ text, at }: PlacedText, report: Report): boolean {
  const [source = '', target] = text.split(':');
  if (target === undefined) {
    report(
      warning('ignored-value', at, `the volume "${text}" has no colon and is ignored`, 'write source:target'),
    );
    return false;
  }
  if (source === '' || target === '') {
    report(error('bad-value', at, `the volume "${text}" lacks a side of its colon`, 'write source:target'));
    return false;
  }
  if (hostSource(text) !== undefined) {
    report(
      warning(
        'needs-trust',
        at,
        `"${source}" is a path of the host: refused unless the server trusts this repository`,
        source.includes('docker.sock')
          ? 'the socket of Docker is the host itself; an image is built by the build section'
          : 'a path of the workspace begins with ./',
      ),
    );
  } else if (climbsOut(source)) {
    report(
      error('outside-workspace', at, `the volume "${source}" leaves the workspace`, 'mount a path inside it'),
    );
  }
  return true;
}
