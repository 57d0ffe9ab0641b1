/** Which host names and addresses mean "this machine only". */

/** True for 127.0.0.0/8, ::1 (also as mapped IPv4) and `localhost`: reachable from no other machine. */
export function isLoopback(host: string): boolean {
  const plain = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^::ffff:/, '');
  if (plain === 'localhost' || plain === '::1') return true;
  const octets = plain.split('.');
  return (
    octets.length === 4 &&
    octets[0] === '127' &&
    octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255)
  );
}
