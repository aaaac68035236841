import { Problem, type ProblemDetails } from "../../problem/problem.js";
import type { ProblemCode } from "../../problem/codes.js";
import type { Finding, Stage } from "./finding.js";
import { targetText, type Target } from "./target.js";
import { settingsText } from "./tls-settings.js";

type Told = readonly [ProblemCode, string, Omit<ProblemDetails, "where" | "cause">];

/** A finding as a problem: what it is, the evidence, and what to do about it. */
export function findingProblem(finding: Finding, target: Target): Problem {
  const [code, title, details] = told(finding);
  return new Problem(code, title, { where: { path: targetText(target) }, ...details });
}

const otherPort = "give the VHSM's HTTPS port: of its two ports it is often the one after the TTLV port (60161 after 60160)";
const checkPort = "check address and port: it must be the VHSM's HTTPS port";

function told(finding: Finding): Told {
  switch (finding.kind) {
    case "name-not-found":
      return ["endpoint-name-not-found", finding.code === "EAI_AGAIN" ? "the name service does not answer" : "the name is not found", { detail: `the name service says ${finding.code}`, hint: "check the name, or give the VHSM's address" }];
    case "refused":
      return ["endpoint-refused", "the connection is refused", { hint: "nothing listens on this port: check that the VHSM is started, and its HTTPS port" }];
    case "unreachable":
      return ["endpoint-unreachable", "the address cannot be reached", { detail: finding.code, hint: "check the address, the routes of this host and the firewalls on the way" }];
    case "timed-out":
      return timeOut(finding.stage, finding.ms);
    case "rejected":
      return ["endpoint-rejected", "the connection is accepted and closed at once", { hint: "this host may not be on the VHSM's list of allowed clients: have its address added there" }];
    case "closed-during-tls":
      return ["endpoint-tls-closed", "the connection is closed during the TLS handshake", { hint: `${checkPort}; if it is, look into the VHSM's log` }];
    case "old-tls":
      return ["endpoint-tls-old", "the server is too old for the TLS settings of this system", { detail: `it takes ${settingsText(finding.settings)}`, hint: `update the VHSM, or set ${settingsText(finding.settings)} in the openssl.cnf that the application uses` }];
    case "tls-failed":
      return ["endpoint-tls-failed", "the TLS handshake fails", { detail: finding.reason, hint: `${checkPort}; lower TLS settings do not help` }];
    case "client-certificate":
      return ["endpoint-client-certificate", "the port demands a client certificate, as a VHSM's TTLV port does", { hint: otherPort }];
    case "ttlv":
      return ["endpoint-ttlv", "this is a TTLV port, and the client needs the HTTPS port", { hint: otherPort }];
    case "certificate-expired":
    case "certificate-not-yet-valid":
    case "other-certificate":
    case "plain-http":
    case "other-service":
    case "no-http":
    case "not-knet":
    case "query-refused":
      return toldOfServer(finding);
  }
}

type OfServer = Extract<Finding, { kind: "certificate-expired" | "certificate-not-yet-valid" | "other-certificate" | "plain-http" | "other-service" | "no-http" | "not-knet" | "query-refused" }>;

function toldOfServer(finding: OfServer): Told {
  switch (finding.kind) {
    case "certificate-expired":
      return ["endpoint-certificate-expired", "the certificate has expired", { detail: `not after ${finding.certificate.notAfter ?? ""}`, hint: "have the VHSM's certificate renewed, then its pinned fingerprint", severity: "warning" }];
    case "certificate-not-yet-valid":
      return ["endpoint-certificate-not-yet-valid", "the certificate is not valid yet", { detail: `not before ${finding.certificate.notBefore ?? ""}`, hint: "check the clocks of this host and of the VHSM", severity: "warning" }];
    case "other-certificate":
      return ["endpoint-fingerprint", "the certificate is not the pinned one", { detail: `found ${finding.found}, pinned ${finding.wanted}`, hint: "find out who changed it; when it was the VHSM's administrator, change fingerprint in the profile" }];
    case "plain-http":
      return ["endpoint-plain-http", "the port speaks HTTP without TLS", { detail: `it says ${JSON.stringify(finding.line)}`, hint: checkPort }];
    case "other-service":
      return ["endpoint-other-service", /^SSH-/.test(finding.said) ? "an SSH server listens here" : "another service listens here", { detail: `it says ${JSON.stringify(finding.said)}`, hint: checkPort }];
    case "no-http":
      return ["endpoint-no-http", "the port speaks TLS, and neither HTTP nor KMIP in it", { detail: finding.said === "" ? "it closes without an answer" : `it says ${JSON.stringify(finding.said)}`, hint: checkPort }];
    case "not-knet":
      return ["endpoint-not-knet", "an HTTPS server that is no kNET", { detail: `POST /kmip is answered with status ${finding.status}${finding.server === "" ? "" : ` by ${JSON.stringify(finding.server.slice(0, 80))}`}: ${finding.why}`, hint: checkPort }];
    case "query-refused":
      return ["endpoint-query-refused", "the server does not answer a Query without credentials", { detail: finding.reason, hint: "nothing is wrong by that: knetctl smoke proves more, with credentials", severity: "warning" }];
  }
}

function timeOut(stage: Stage, ms: number): Told {
  const time = `within ${ms / 1000} s`;
  switch (stage) {
    case "name":
      return ["endpoint-timeout-name", `no answer from the name service ${time}`, { hint: "give the VHSM's address instead of a name, or mend the name service" }];
    case "connect":
      return ["endpoint-timeout-connect", `no answer to the connection ${time}`, { hint: "check the address, that the VHSM is up, and that no firewall drops packets on the way" }];
    case "tls":
      return ["endpoint-timeout-tls", `the connection is accepted, and no TLS answer comes ${time}`, { hint: "the VHSM hangs or is overloaded, or something on the way accepts connections for it: look there" }];
    case "answer":
      return ["endpoint-timeout-answer", `TLS is there, and no answer to a request comes ${time}`, { hint: "the VHSM hangs or is overloaded: look there, or try a longer --timeout" }];
  }
}
