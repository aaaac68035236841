import { type Consumer, ownFileHead, type WantedConsumer } from "../consumer.js";
import { serverKey, webServerProof } from "./web-server-proof.js";

const keyLine = (wanted: WantedConsumer): string =>
  `ssl_certificate_key "engine:pkcs11:${serverKey(wanted)}";`;

/**
 * The line that gives nginx its private key, in a snippet for the `server` block. Format: ngx_http_ssl_module
 * and ngx_core_module of nginx 1.22 and 1.26, README of libp11 0.4.12 and 0.4.13. nginx does not begin an
 * engine that a key names, and with libp11 0.4.13 its `ssl_engine` does not either: OpenSSL's configuration
 * has to. It empties its workers' environment: `env` keeps HOME, below which the module looks when a worker
 * begins it again. `store:`, for OpenSSL's providers, is younger (nginx 1.29).
 */
export const nginx: Consumer = {
  title: "nginx TLS key",
  keys: { key: { kind: "text", required: true } },
  pin: "file",
  modulePath: false,
  place: { kind: "whole", file: (name) => `/etc/nginx/snippets/${name}.conf`, readers: "everyone" },
  text: (wanted) => `${ownFileHead(wanted)}# in the server block: include ${wanted.file ?? ""};
# in nginx.conf, outside of all blocks: env HOME;
# in the unit: Environment=HOME=... OPENSSL_CONF=...
# which are the home of the service, and the file of a consumer openssl-engine
${keyLine(wanted)}
`,
  proof: (wanted) =>
    webServerProof(wanted, {
      program: "nginx",
      package: "nginx",
      options: ["-p", ".", "-c", "server.conf", "-e", "stderr"],
      configuration: `daemon off;
pid nginx.pid;
error_log stderr;
worker_processes 1;
env HOME;
events { worker_connections 16; }
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {
    listen unix:tls.sock ssl;
    ssl_certificate certificate.pem;
    ${keyLine(wanted)}
    root .;
  }
}
`,
      asking: `"$@" > server.log 2>&1 &
server=$!
until test -S tls.sock; do
  ended && gone
  sleep 0.1
done
ask -unix tls.sock
`,
    }),
};
