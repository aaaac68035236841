import type { ProblemCode } from "../../problem/codes.js";
import { Problem, type ProblemDetails } from "../../problem/problem.js";
import type { Finding, FindingKind, Stage } from "./endpoint-report.js";
import { endpointText } from "../../formats/text/endpoint-text.js";
import type { Endpoint } from "../../profile/types.js";
import { settingsText } from "./tls-settings.js";

interface Words extends Pick<ProblemDetails, "detail" | "hint" | "severity"> {
  readonly code: ProblemCode;
  readonly title: string;
}

/**
 * A finding as a problem: what it is, the evidence, and what to do about it. `address`: what a target's name
 * resolved to.
 */
export function findingProblem(finding: Finding, target: Endpoint, address?: string): Problem {
  const { code, title, detail: evidence, ...details } = wordsOf(finding);
  const detail = [address === undefined ? undefined : `${target.ip} has the address ${address}`, evidence]
    .filter((part) => part !== undefined)
    .join("; ");
  return new Problem(code, title, {
    where: { path: endpointText(target) },
    ...(detail !== "" && { detail }),
    ...details,
  });
}

function wordsOf<Kind extends FindingKind>(finding: Finding<Kind>): Words {
  return table[finding.kind](finding);
}

const otherPort =
  "give the VHSM's HTTPS port: of its two ports it is often the one after the TTLV port (60161 after 60160)";
const checkPort = "check the address and the port, which must be the VHSM's HTTPS port";

const table: { readonly [Kind in FindingKind]: (finding: Finding<Kind>) => Words } = {
  "name-not-found": ({ code }) => ({
    code: "endpoint-name-not-found",
    title: code === "EAI_AGAIN" ? "the name service does not answer" : "the name is not found",
    detail: `the name service says ${code}`,
    hint: "check the name, or give the VHSM's address",
  }),
  refused: () => ({
    code: "endpoint-refused",
    title: "the connection is refused",
    hint: "nothing listens on this port: check that the VHSM is started, and its HTTPS port",
  }),
  unreachable: ({ code }) => ({
    code: "endpoint-unreachable",
    title: "the address cannot be reached",
    detail: code,
    hint: "check the address, the routes of this machine and the firewalls on the way",
  }),
  "own-host": ({ code, doing }) => ({
    code: "endpoint-own-host",
    title: `this machine itself fails at ${doing}`,
    detail: code,
    hint: ownHostHint(code),
  }),
  "timed-out": ({ stage, ms }) => timeOut(stage, ms),
  rejected: () => ({
    code: "endpoint-rejected",
    title: "the connection is accepted and closed at once",
    hint: "this machine may not be on the VHSM's list of allowed clients: have its address added there",
  }),
  "closed-during-tls": () => ({
    code: "endpoint-tls-closed",
    title: "the connection is closed during the TLS handshake",
    hint: `${checkPort}; if it is, look in the VHSM's log`,
  }),
  "old-tls": ({ settings }) => ({
    code: "endpoint-tls-old",
    title: "the server is too old for the TLS settings of this system",
    detail: `it accepts ${settingsText(settings)}`,
    hint:
      `update the VHSM, or set ${settingsText(settings)} in a separate openssl.cnf for the service, and ` +
      "point OPENSSL_CONF to it (service.environment in the profile, or Environment= of its unit)",
  }),
  "tls-failed": ({ reason, lowerTried }) => ({
    code: "endpoint-tls-failed",
    title: "the TLS handshake fails",
    detail: reason,
    hint:
      `${checkPort}; ` +
      (lowerTried
        ? "lower TLS settings do not help"
        : "lower TLS settings were not tried: give a longer --timeout"),
  }),
  "client-certificate": () => ({
    code: "endpoint-client-certificate",
    title: "the port demands a client certificate, as a VHSM's TTLV port does",
    hint: otherPort,
  }),
  ttlv: ({ tls }) => ({
    code: "endpoint-ttlv",
    title: `this is a TTLV port${tls ? "" : " without TLS"}, and the client needs the HTTPS port`,
    hint: otherPort,
  }),
  "certificate-expired": ({ certificate }) => ({
    code: "endpoint-certificate-expired",
    title: "the certificate has expired",
    detail: `not after ${certificate.notAfter ?? ""}`,
    hint:
      "have the VHSM's certificate renewed; if its fingerprint is pinned, put the new one into the " +
      "profile",
    severity: "warning",
  }),
  "certificate-not-yet-valid": ({ certificate }) => ({
    code: "endpoint-certificate-not-yet-valid",
    title: "the certificate is not valid yet",
    detail: `not before ${certificate.notBefore ?? ""}`,
    hint: "check the clocks of this machine and of the VHSM",
    severity: "warning",
  }),
  "other-certificate": ({ found, wanted }) => ({
    code: "endpoint-fingerprint",
    title: "the certificate is not the pinned one",
    detail: `found ${found}, pinned ${wanted}`,
    hint:
      "find out who changed it; if it was the VHSM's administrator, change the fingerprint in the " +
      "profile",
  }),
  "plain-http": ({ line }) => ({
    code: "endpoint-plain-http",
    title: "the port speaks HTTP without TLS",
    detail: `it says ${JSON.stringify(line)}`,
    hint: checkPort,
  }),
  "other-service": ({ said }) => ({
    code: "endpoint-other-service",
    title: /^SSH-/.test(said) ? "an SSH server listens here" : "another service listens here",
    detail: `it says ${JSON.stringify(said)}`,
    hint: checkPort,
  }),
  "no-http": ({ said }) => ({
    code: "endpoint-no-http",
    title: "the port speaks TLS, but neither HTTP nor KMIP inside it",
    detail: said === "" ? "it closes without an answer" : `it says ${JSON.stringify(said)}`,
    hint: checkPort,
  }),
  "not-knet": (finding) => ({
    code: "endpoint-not-knet",
    title: "this is an HTTPS server, but not a kNET",
    detail: `${httpAnswer(finding)}: ${finding.why}`,
    hint: checkPort,
  }),
  "http-denied": (finding) => ({
    code: "endpoint-http-denied",
    title: "the HTTPS server refuses this machine or wants credentials",
    detail: httpAnswer(finding),
    hint: `have this machine's address allowed there; ${checkPort}`,
  }),
  "http-unavailable": (finding) => ({
    code: "endpoint-http-unavailable",
    title: "the HTTPS server is not available now",
    detail: httpAnswer(finding),
    hint: `try again, or look in the VHSM's log; ${checkPort}`,
  }),
  "query-refused": ({ reason }) => ({
    code: "endpoint-query-refused",
    title: "the server does not answer a Query without credentials",
    detail: reason,
    hint: "this is not a fault by itself; knetctl smoke proves more, with credentials",
    severity: "warning",
  }),
  "query-failed": ({ reason }) => ({
    code: "endpoint-query-failed",
    title: "the server speaks KMIP, but fails at a Query",
    detail: reason === "" ? "it gives no reason" : `it says ${JSON.stringify(reason)}`,
    hint: "look at the VHSM's state and log",
  }),
  "other-vendor": ({ vendor }) => ({
    code: "endpoint-other-vendor",
    title: "this is a KMIP server that does not call itself a kNET",
    detail: `it calls itself ${JSON.stringify(vendor)}`,
    hint: checkPort,
    severity: "warning",
  }),
};

function httpAnswer({ status, server }: { readonly status: number; readonly server: string }): string {
  const by = server === "" ? "" : ` by ${JSON.stringify(server)}`;
  return `POST /kmip is answered with status ${status}${by}`;
}

/** What to do about a limit or rule of this machine, by the system's error code (connect(2)). */
function ownHostHint(code: string): string {
  switch (code) {
    case "EMFILE":
    case "ENFILE":
      return "too many files are open: raise the limit (ulimit -n), or probe fewer endpoints at once";
    case "EACCES":
    case "EPERM":
      return "a firewall or a security policy of this machine forbids it";
    case "EADDRNOTAVAIL":
      return "this machine has no address or port left for it: check its interfaces, and ip_local_port_range";
    default:
      return "this machine is out of memory or processes, or forbids it";
  }
}

function timeOut(stage: Stage, ms: number): Words {
  const time = `within ${ms / 1000} s`;
  switch (stage) {
    case "name":
      return {
        code: "endpoint-timeout-name",
        title: `the name service does not answer ${time}`,
        hint: "give the VHSM's address instead of a name, or fix the name service",
      };
    case "connect":
      return {
        code: "endpoint-timeout-connect",
        title: `the connection is not answered ${time}`,
        hint: "check the address, that the VHSM is up, and that no firewall drops packets on the way",
      };
    case "tls":
      return {
        code: "endpoint-timeout-tls",
        title: `the connection is accepted, but TLS is not answered ${time}`,
        hint:
          "check whether the VHSM hangs or is overloaded, or whether something on the way accepts " +
          "connections for it",
      };
    case "answer":
      return {
        code: "endpoint-timeout-answer",
        title: `TLS is up, but a request is not answered ${time}`,
        hint: "check whether the VHSM hangs or is overloaded, or try a longer --timeout",
      };
  }
}
