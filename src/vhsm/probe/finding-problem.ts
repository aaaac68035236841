import { Problem, type ProblemDetails } from "../../problem/problem.js";
import type { ProblemCode } from "../../problem/codes.js";
import type { Finding, Stage } from "./finding.js";
import { endpointText, type Endpoint } from "../../profile/types.js";
import { settingsText } from "./tls-settings.js";

type Told = readonly [ProblemCode, string, Omit<ProblemDetails, "where" | "cause">];

/**
 * A finding as a problem: what it is, the evidence, and what to do about it. `address` is that of a target's
 * name.
 */
export function findingProblem(finding: Finding, target: Endpoint, address?: string): Problem {
  const [code, title, { detail: evidence, ...details }] = told(finding);
  const detail = [address === undefined ? undefined : `${target.ip} is ${address}`, evidence]
    .filter((part) => part !== undefined)
    .join("; ");
  return new Problem(code, title, {
    where: { path: endpointText(target) },
    ...(detail !== "" && { detail }),
    ...details,
  });
}

const otherPort =
  "give the VHSM's HTTPS port: of its two ports it is often the one after the TTLV port (60161 after 60160)";
const checkPort = "check address and port: it must be the VHSM's HTTPS port";

function told(finding: Finding): Told {
  switch (finding.kind) {
    case "name-not-found":
      return [
        "endpoint-name-not-found",
        finding.code === "EAI_AGAIN" ? "the name service does not answer" : "the name is not found",
        {
          detail: `the name service says ${finding.code}`,
          hint: "check the name, or give the VHSM's address",
        },
      ];
    case "refused":
      return [
        "endpoint-refused",
        "the connection is refused",
        { hint: "nothing listens on this port: check that the VHSM is started, and its HTTPS port" },
      ];
    case "unreachable":
      return [
        "endpoint-unreachable",
        "the address cannot be reached",
        {
          detail: finding.code,
          hint: "check the address, the routes of this host and the firewalls on the way",
        },
      ];
    case "own-host":
      return [
        "endpoint-own-host",
        `this host fails at ${finding.doing}`,
        { detail: finding.code, hint: ownHostHint(finding.code) },
      ];
    case "timed-out":
      return timeOut(finding.stage, finding.ms);
    case "rejected":
      return [
        "endpoint-rejected",
        "the connection is accepted and closed at once",
        { hint: "this host may not be on the VHSM's list of allowed clients: have its address added there" },
      ];
    case "closed-during-tls":
      return [
        "endpoint-tls-closed",
        "the connection is closed during the TLS handshake",
        { hint: `${checkPort}; if it is, look into the VHSM's log` },
      ];
    case "old-tls":
      return [
        "endpoint-tls-old",
        "the server is too old for the TLS settings of this system",
        {
          detail: `it takes ${settingsText(finding.settings)}`,
          hint:
            `update the VHSM, or set ${settingsText(finding.settings)} in the openssl.cnf that the ` +
            "application uses",
        },
      ];
    case "tls-failed":
      return [
        "endpoint-tls-failed",
        "the TLS handshake fails",
        {
          detail: finding.reason,
          hint:
            `${checkPort}; ` +
            (finding.lowerTried
              ? "lower TLS settings do not help"
              : "lower TLS settings were not tried: give a longer --timeout"),
        },
      ];
    case "client-certificate":
      return [
        "endpoint-client-certificate",
        "the port demands a client certificate, as a VHSM's TTLV port does",
        { hint: otherPort },
      ];
    case "ttlv":
      return [
        "endpoint-ttlv",
        `this is a TTLV port${finding.tls ? "" : " without TLS"}, and the client needs the HTTPS port`,
        { hint: otherPort },
      ];
    case "certificate-expired":
    case "certificate-not-yet-valid":
    case "other-certificate":
    case "plain-http":
    case "other-service":
    case "no-http":
    case "not-knet":
    case "http-denied":
    case "http-unavailable":
    case "query-refused":
    case "query-failed":
    case "other-vendor":
      return toldOfServer(finding);
  }
}

type OfServer = Extract<
  Finding,
  {
    kind:
      | "certificate-expired"
      | "certificate-not-yet-valid"
      | "other-certificate"
      | "plain-http"
      | "other-service"
      | "no-http"
      | "not-knet"
      | "http-denied"
      | "http-unavailable"
      | "query-refused"
      | "query-failed"
      | "other-vendor";
  }
>;

function toldOfServer(finding: OfServer): Told {
  switch (finding.kind) {
    case "certificate-expired":
      return [
        "endpoint-certificate-expired",
        "the certificate has expired",
        {
          detail: `not after ${finding.certificate.notAfter ?? ""}`,
          hint: "have the VHSM's certificate renewed, then its pinned fingerprint",
          severity: "warning",
        },
      ];
    case "certificate-not-yet-valid":
      return [
        "endpoint-certificate-not-yet-valid",
        "the certificate is not valid yet",
        {
          detail: `not before ${finding.certificate.notBefore ?? ""}`,
          hint: "check the clocks of this host and of the VHSM",
          severity: "warning",
        },
      ];
    case "other-certificate":
      return [
        "endpoint-fingerprint",
        "the certificate is not the pinned one",
        {
          detail: `found ${finding.found}, pinned ${finding.wanted}`,
          hint:
            "find out who changed it; when it was the VHSM's administrator, change fingerprint in the " +
            "profile",
        },
      ];
    case "plain-http":
      return [
        "endpoint-plain-http",
        "the port speaks HTTP without TLS",
        { detail: `it says ${JSON.stringify(finding.line)}`, hint: checkPort },
      ];
    case "other-service":
      return [
        "endpoint-other-service",
        /^SSH-/.test(finding.said) ? "an SSH server listens here" : "another service listens here",
        { detail: `it says ${JSON.stringify(finding.said)}`, hint: checkPort },
      ];
    case "no-http":
      return [
        "endpoint-no-http",
        "the port speaks TLS, and neither HTTP nor KMIP in it",
        {
          detail:
            finding.said === "" ? "it closes without an answer" : `it says ${JSON.stringify(finding.said)}`,
          hint: checkPort,
        },
      ];
    case "not-knet":
      return [
        "endpoint-not-knet",
        "an HTTPS server that is no kNET",
        { detail: `${httpAnswer(finding)}: ${finding.why}`, hint: checkPort },
      ];
    case "http-denied":
      return [
        "endpoint-http-denied",
        "an HTTPS server that refuses this host or wants credentials",
        { detail: httpAnswer(finding), hint: `have this host's address allowed there; ${checkPort}` },
      ];
    case "http-unavailable":
      return [
        "endpoint-http-unavailable",
        "an HTTPS server that is not available now",
        { detail: httpAnswer(finding), hint: `try again, look into the VHSM's log; ${checkPort}` },
      ];
    case "query-refused":
      return [
        "endpoint-query-refused",
        "the server does not answer a Query without credentials",
        {
          detail: finding.reason,
          hint: "nothing is wrong by that: knetctl smoke proves more, with credentials",
          severity: "warning",
        },
      ];
    case "query-failed":
      return [
        "endpoint-query-failed",
        "the server speaks KMIP and fails at a Query",
        {
          detail: finding.reason === "" ? "it gives no reason" : `it says ${JSON.stringify(finding.reason)}`,
          hint: "look into the VHSM's state and log",
        },
      ];
    case "other-vendor":
      return [
        "endpoint-other-vendor",
        "a KMIP server that does not call itself a kNET",
        { detail: `it calls itself ${JSON.stringify(finding.vendor)}`, hint: checkPort, severity: "warning" },
      ];
  }
}

function httpAnswer({ status, server }: { readonly status: number; readonly server: string }): string {
  return (
    "POST /kmip is answered with status " + `${status}${server === "" ? "" : ` by ${JSON.stringify(server)}`}`
  );
}

/** What to do about a limit or a rule of this host, by the system's code (connect(2)). */
function ownHostHint(code: string): string {
  switch (code) {
    case "EMFILE":
    case "ENFILE":
      return "too many files are open: raise the limit (ulimit -n), or probe fewer endpoints at once";
    case "EACCES":
    case "EPERM":
      return "a firewall or a security policy of this host forbids it";
    case "EADDRNOTAVAIL":
      return "this host has no address or no port left for it: check its interfaces, and ip_local_port_range";
    default:
      return "this host is out of memory or processes, or forbids it";
  }
}

function timeOut(stage: Stage, ms: number): Told {
  const time = `within ${ms / 1000} s`;
  switch (stage) {
    case "name":
      return [
        "endpoint-timeout-name",
        `no answer from the name service ${time}`,
        { hint: "give the VHSM's address instead of a name, or mend the name service" },
      ];
    case "connect":
      return [
        "endpoint-timeout-connect",
        `no answer to the connection ${time}`,
        { hint: "check the address, that the VHSM is up, and that no firewall drops packets on the way" },
      ];
    case "tls":
      return [
        "endpoint-timeout-tls",
        `the connection is accepted, and no TLS answer comes ${time}`,
        {
          hint:
            "the VHSM hangs or is overloaded, or something on the way accepts connections for it: look " +
            "there",
        },
      ];
    case "answer":
      return [
        "endpoint-timeout-answer",
        `TLS is there, and no answer to a request comes ${time}`,
        { hint: "the VHSM hangs or is overloaded: look there, or try a longer --timeout" },
      ];
  }
}
