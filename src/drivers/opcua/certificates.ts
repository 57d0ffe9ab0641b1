/**
 * The gateway's own certificate and whom it trusts, as files: `own`, `trusted/certs`, `rejected` below the protocol's
 * folder. A server that is not known is refused, and its certificate laid down in `rejected`; moving the file to
 * `trusted/certs` is how people trust it. Read again at every connect, so that this needs no restart.
 */
import type { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { DeviceError } from '../../core/errors.ts';

/** Loads or makes key and folders. The caller disposes of it. */
export async function openPki(directory: string): Promise<OPCUACertificateManager> {
  const library = await import('node-opcua-certificate-manager');
  const pki = new library.OPCUACertificateManager({
    rootFolder: directory,
    automaticallyAcceptUnknownCertificate: false,
    disableFileWatchers: true,
  });
  await pki.initialize();
  return pki;
}

/** @throws DeviceError `connect-failed` for a certificate that nobody has trusted, or that is out of date or revoked. */
export async function assertTrusted(
  pki: OPCUACertificateManager,
  certificate: Buffer,
  server: string,
): Promise<void> {
  const status = await pki.checkCertificate(certificate);
  if (status.isGood()) return;
  const { rejectedFolder, trustedFolder } = pki;
  const isUnknown = /Untrusted|Unknown|ChainIncomplete/.test(status.name);
  const advice = isUnknown
    ? `it lies in ${rejectedFolder}; move it to ${trustedFolder} to trust it`
    : `see ${rejectedFolder}`;
  throw new DeviceError('connect-failed', `certificate of ${server} refused (${status.name}): ${advice}`, {
    retryable: false,
  });
}
