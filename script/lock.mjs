// Makes package-lock.json whole: `npm ci` wants an entry for every optional platform package, also for
// those of other platforms, and npm leaves out the ones that the registry in use does not carry.
// Run after `npm install` has changed the lock file.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'package-lock.json';
const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const PLATFORMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPUS = { x64: 'x64', arm64: 'arm64', ia32: 'ia32', arm: 'arm', armv7: 'arm', armhf: 'arm', ppc64: 'ppc64', ppc64le: 'ppc64', s390x: 's390x', riscv64: 'riscv64', loong64: 'loong64', mips64el: 'mips64el', wasm32: 'wasm32' };

let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (path === '' || isThere(path, name)) continue;
    const words = name.split(/[/-]/);
    const os = words.filter((word) => PLATFORMS.includes(word));
    const cpu = words.flatMap((word) => CPUS[word] ?? []);
    lock.packages[`node_modules/${name}`] = {
      version: range.replace(/^[^\d]+/, ''),
      ...(cpu.length > 0 ? { cpu } : {}),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      // What names no platform at all is fsevents.
      ...(os.length > 0 ? { os } : cpu.length > 0 ? {} : { os: ['darwin'] }),
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${FILE}: ${added} optional platform packages added`);

/** As Node resolves it: beside the package, or above. */
function isThere(from, name) {
  for (let at = from; ; at = at.replace(/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
    if (`${at === '' ? '' : `${at}/`}node_modules/${name}` in lock.packages) return true;
    if (at === '') return false;
  }
}
