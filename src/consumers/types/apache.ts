import { type Consumer, ownFileHead } from "../consumer.js";
import { serverKey, webServerProof } from "./web-server-proof.js";

/**
 * A configuration of Apache's mod_ssl that names its private key, for `SSLCertificateKeyFile` of a virtual
 * host. Format: mod_ssl of Apache 2.4.71, README of libp11 0.4.12 and 0.4.13. mod_ssl begins and ends the
 * engine twice as it starts, which ended in a crash with libp11 0.4.13: where OpenSSL's configuration has
 * begun it already, it stays.
 */
export const apache: Consumer = {
  title: "Apache TLS key",
  keys: { key: { kind: "text", required: true } },
  pin: "file",
  modulePath: false,
  place: { kind: "whole", file: (name) => `/etc/apache2/conf-available/${name}.conf`, readers: "everyone" },
  text: (wanted) => `${ownFileHead(wanted)}# to be enabled: a2enconf ${wanted.name}
# in the virtual host: SSLCertificateKeyFile "\${${variable(wanted)}}"
# in /etc/apache2/envvars: export HOME=... OPENSSL_CONF=...
# which are the home of the service, and the file of a consumer openssl-engine
SSLCryptoDevice pkcs11
Define ${variable(wanted)} "${serverKey(wanted)}"
`,
  proof: (wanted) =>
    webServerProof(wanted, {
      program: "apache2",
      package: "apache2-bin",
      options: ["-d", ".", "-f", "server.conf", "-D", "FOREGROUND"],
      configuration: `ServerRoot .
ServerName localhost
DefaultRuntimeDir .
PidFile apache2.pid
ErrorLog server.log
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
StartServers 1
SSLCryptoDevice pkcs11
SSLSessionCache none
SSLEngine on
SSLCertificateFile certificate.pem
Define ${variable(wanted)} "${serverKey(wanted)}"
SSLCertificateKeyFile "\${${variable(wanted)}}"
DocumentRoot .
`,
      asking: `for try in 1 2 3 4 5; do
  port=$((49152 + ($$ + try * 1999) % 16384))
  : > server.log
  "$@" -c "Listen 127.0.0.1:$port" >> server.log 2>&1 &
  server=$!
  until grep -q 'resuming normal operations' server.log; do
    if ended; then
      grep -q 'could not bind' server.log && continue 2
      gone
    fi
    sleep 0.1
  done
  ask -connect "127.0.0.1:$port"
  exit
done
gone
`,
    }),
};

/** Names of Apache's variables have no colon; those of consumers have none either. */
function variable({ name }: Parameters<Consumer["text"]>[0]): string {
  return `knetctl_${name}`;
}
