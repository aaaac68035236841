import { pkcs11Uri } from "../pkcs11-uri.js";
import { type ConsumerProof, textAt, type WantedConsumer } from "../consumer.js";
import { engineConfiguration } from "./openssl-engine.js";

/** The URI of a web server's private key, with its PIN file: libp11's engine knows no other way to one. */
export function serverKey(wanted: WantedConsumer): string {
  const { token, pinFile } = wanted;
  return pkcs11Uri({ token, object: textAt(wanted, "key"), type: "private", pinFile });
}

interface WebServer {
  /** "nginx", as it is called and as it is told. */
  readonly program: string;
  readonly package: string;
  /** What it is called with, besides what says to test the configuration or to run. */
  readonly options: readonly string[];
  /** Its configuration, which is to be `server.conf`. */
  readonly configuration: string;
  /**
   * For sh, in a folder with `certificate.pem`: starts the server, whose program and options are the
   * arguments and whose log is to be `server.log`, and has `ask` ask it. `ended` says that the process
   * `$server` is gone, and `gone` tells of it.
   */
  readonly asking: string;
}

/**
 * A server of its own, below the private folder and with one worker, presents a certificate that is made for
 * the occasion with the token's key; a client verifies it and is sent the file `data`. The server forks its
 * workers off after it has loaded the key, so that this shows too that the module may be begun again in them.
 */
export function webServerProof(wanted: WantedConsumer, server: WebServer): ConsumerProof {
  const { asking, configuration, options, program } = server;
  const environment = { OPENSSL_CONF: "openssl.cnf" };
  return {
    package: `${server.package}, openssl, libengine-pkcs11-openssl`,
    proves: `${program} answered by TLS with key ${JSON.stringify(textAt(wanted, "key"))}`,
    commands: [
      {
        does: "write configurations for the proof",
        line: [
          "sh",
          ...["-c", 'printf %s "$1" > server.conf && printf %s "$2" > openssl.cnf'],
          ...["sh", configuration, `${engineConfiguration(wanted)}${certificateRequest}`],
        ],
        shown: ["sh", "-c", "printf … > server.conf"],
      },
      {
        does: "make a certificate with the key",
        line: [
          "openssl",
          ...["req", "-x509", "-engine", "pkcs11", "-keyform", "engine", "-key", serverKey(wanted)],
          ...["-subj", "/CN=knetctl-proof", "-days", "1", "-out", "certificate.pem"],
        ],
        environment,
      },
      { does: "test the configuration", line: [program, ...options, "-t"], environment },
      {
        does: "answer by TLS",
        line: ["sh", "-c", `${functions}${asking}`, "sh", program, ...options],
        shown: [program, ...options],
        environment,
        shows: [/^Verification: OK$/m, /^signed by knetctl prove\r?$/m],
      },
    ],
  };
}

/** What openssl-req(1) wants to find, whatever its command line says. */
const certificateRequest = `
[req]
distinguished_name = of_command_line

[of_command_line]
`;

/**
 * `ask` is given what tells openssl(1) where the server is. What fails ends with the last lines of the
 * server's log, after what the client said.
 */
const functions = `server=
leave() {
  trap '' TERM # which Apache may send to its whole group
  test -z "$server" || { kill -TERM "$server"; wait "$server"; }
} 2> /dev/null
trap leave EXIT
program=$1
log() {
  echo "the log of $program:"
  tail -n 6 server.log
}
ended() { ! kill -0 "$server" 2> /dev/null; }
gone() {
  wait "$server" 2> /dev/null
  echo "$program ended with $? before it could be asked"
  server=
  log
  exit 1
}
ask() {
  printf 'GET /data HTTP/1.0\\r\\n\\r\\n' |
    timeout 15 openssl s_client "$@" -CAfile certificate.pem -verify_return_error \\
      -brief -ign_eof > answer 2>&1
  code=$?
  test "$code" = 0 && grep -q '^signed by knetctl prove' answer && cat answer && return
  tail -n 4 answer
  echo "openssl s_client ended with $code"
  log
  exit 1
}
`;
