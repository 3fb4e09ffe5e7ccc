/** By https the browser itself holds a cookie of this prefix to this host and to https: no neighbour can set it. */
export function cookieName(publicUrl: string, name: string): string {
  return isSecure(publicUrl) ? `__Host-${name}` : name;
}

/**
 * Out of reach of scripts. Lax: it comes along when somebody follows a link from GitHub, and with no form, frame or
 * script of another site.
 */
export function cookieOptions(publicUrl: string) {
  return { path: '/', httpOnly: true, sameSite: 'Lax', secure: isSecure(publicUrl) } as const;
}

function isSecure(publicUrl: string): boolean {
  return publicUrl.startsWith('https:');
}
