/**
 * Health check of the container: asks /health on port 8080 (or RISER_HTTP_PORT), first by HTTPS, then by HTTP,
 * because the site file decides. Exit code 0 when the gateway answers 200. The certificate may be the gateway's own
 * (self-signed); it is asked on loopback, where nobody stands between.
 */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

const port = Number(process.env.RISER_HTTP_PORT ?? 8080);
/** Docker gives up after 5 s; two attempts must fit. */
const TIMEOUT_MS = 2_000;

function ask(request, options) {
  return new Promise((resolve) => {
    const sent = request(
      { host: '127.0.0.1', port, path: '/health', timeout: TIMEOUT_MS, ...options },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? null);
      },
    );
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(null));
    sent.end();
  });
}

const status = (await ask(httpsRequest, { rejectUnauthorized: false })) ?? (await ask(httpRequest, {}));
process.exit(status === 200 ? 0 : 1);
