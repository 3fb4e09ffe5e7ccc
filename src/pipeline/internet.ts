/**
 * What is not the internet: private networks (RFC 1918), carrier-grade NAT (RFC 6598), link-local with the
 * clouds' metadata (169.254.169.254), loopback, and the rest of what IANA keeps for special purposes.
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 */
export const NOT_THE_INTERNET: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** The part of IPv6 that is handed out for use on the internet: https://www.iana.org/assignments/ipv6-address-space */
export const INTERNET_IPV6 = '2000::/3';
