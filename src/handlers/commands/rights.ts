import type { Role } from '../ports.js';
import type { Command } from './command.js';

const WRITERS: readonly Role[] = ['admin', 'maintain', 'write'];

/** Anybody reads a public repository; of a private one, who has no role sees nothing. */
export function may(role: Role, needs: Command['needs']): boolean {
  return needs === 'write' ? WRITERS.includes(role) : role !== 'none';
}
