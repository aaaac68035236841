import { test } from "tap";
import { Problem } from "../../../src/problem/problem.js";
import { encodeJson } from "../../../src/vhsm/kmip/json.js";
import { readLooseAnswer } from "../../../src/vhsm/kmip/loose-answer.js";
import { queryRequest } from "../../../src/vhsm/kmip/messages.js";
import { judgeCertificate } from "../../../src/vhsm/probe/certificate-facts.js";
import { findingProblem } from "../../../src/vhsm/probe/finding-problem.js";
import { firstWords } from "../../../src/vhsm/probe/first-words.js";
import { failure } from "../../../src/vhsm/probe/wire.js";
import { demandsCertificate, tlsRecords } from "../../../src/vhsm/probe/shake-hands.js";
import { olderSettings, settingsText } from "../../../src/vhsm/probe/tls-settings.js";
import fc, { anyCharacter } from "../../support/fast-check.js";

const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));

test("whatever a peer says first is read without an error, and quoted on one short line", async () => {
  fc.assert(
    fc.property(
      fc.oneof(
        bytes,
        fc.string({ unit: anyCharacter }).map((text) => Buffer.from(text)),
      ),
      (said) => {
        const words = firstWords(said);
        const shown =
          words.is === "text" || words.is === "http" ? words.line : words.is === "bytes" ? words.hex : "";
        return shown.length <= 81 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(shown);
      },
    ),
  );
});

test("first words are told apart", async (t) => {
  for (const [hex, is] of [
    ["", "nothing"],
    ["160303", "tls"],
    ["15", "tls"],
    ["42007b01", "ttlv"],
    ["420078", "bytes"],
    ["00000000", "bytes"],
  ] as const)
    t.equal(firstWords(Buffer.from(hex, "hex")).is, is, hex);
  t.strictSame(firstWords(Buffer.from("SSH-2.0-x\r\n")), { is: "text", line: "SSH-2.0-x" });
  t.strictSame(firstWords(Buffer.from("HTTP/1.1 400 Bad Request\r\n")), {
    is: "http",
    line: "HTTP/1.1 400 Bad Request",
  });
});

test("records of any bytes are read without an error", async () => {
  fc.assert(fc.property(bytes, (said) => typeof tlsRecords(said).certificateRequested === "boolean"));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(20, 21, 22, 23), bytes), { maxLength: 6 }), (records) => {
      const said = Buffer.concat(
        records.map(([type, body]) =>
          Buffer.concat([Buffer.from([type, 3, 3, body.length >> 8, body.length & 255]), body]),
        ),
      );
      return typeof tlsRecords(said).certificateRequested === "boolean";
    }),
  );
});

test(
  "a handshake ended by the peer is a missing certificate where one was asked for, in whatever way it " +
    "ended",
  async (t) => {
    const [hello, request, alert] = ["16030300040200 0000", "16030300040d000000", "15030300020228"].map(
      (hex) => Buffer.from(hex.replaceAll(" ", ""), "hex"),
    );
    const asked = tlsRecords(Buffer.concat([hello!, request!, alert!]));
    t.strictSame(asked, { certificateRequested: true, alert: 40 });
    for (const code of [
      "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
      "ERR_SSL_TLSV1_ALERT_ACCESS_DENIED",
      "ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN",
      "ECONNRESET",
      "",
    ]) {
      t.equal(demandsCertificate({ code, records: asked }), true, code);
      t.equal(demandsCertificate({ code, records: tlsRecords(alert!) }), false, code);
    }
    t.equal(demandsCertificate({ code: "ERR_SSL_DH_KEY_TOO_SMALL", records: asked }), false, "we ended it");
    t.equal(
      demandsCertificate({ code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", records: tlsRecords(alert!) }),
      true,
    );
  },
);

test("a certificate is judged by time and fingerprint, not by name", async (t) => {
  const certificate = {
    subject: "CN=another",
    names: [],
    notBefore: "2026-01-01T00:00:00.000Z",
    notAfter: "2027-01-01T00:00:00.000Z",
    fingerprint: "ab".repeat(32),
  };
  const kinds = (wanted: string | undefined, now: string): readonly string[] =>
    judgeCertificate(certificate, wanted, new Date(now)).map(({ kind }) => kind);
  t.strictSame(kinds(undefined, "2026-06-01"), []);
  t.strictSame(kinds("ab".repeat(32), "2026-06-01"), []);
  t.strictSame(kinds("cd".repeat(32), "2028-01-01"), ["other-certificate", "certificate-expired"]);
  t.strictSame(kinds(undefined, "2025-01-01"), ["certificate-not-yet-valid"]);
});

test("any text in place of an answer is an answer, or malformed", async (t) => {
  const fine = (source: string): boolean => {
    try {
      return typeof readLooseAnswer(source).success === "boolean";
    } catch (error) {
      return error instanceof Problem && error.code === "kmip-malformed";
    }
  };
  const item = fc.letrec((tie) => ({
    item: fc.record({
      tag: fc.constantFrom("ResponseMessage", "BatchItem", "ResultStatus", "0x42007f", "x"),
      value: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), fc.array(tie("item"), { maxLength: 3 })),
    }),
  })).item;
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        item.map((value) => JSON.stringify(value)),
      ),
      fine,
    ),
  );
  t.throws(
    () => readLooseAnswer(encodeJson(queryRequest())),
    { code: "kmip-malformed" },
    "a request is no answer",
  );
});

test("the settings that an old server needs are named as openssl.cnf spells them", async (t) => {
  t.strictSame(olderSettings("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE").map(settingsText), [
    "CipherString = DEFAULT:@SECLEVEL=1 and MinProtocol = TLSv1.2",
    "CipherString = DEFAULT:@SECLEVEL=0 and MinProtocol = TLSv1",
  ]);
  t.match(
    settingsText(olderSettings("ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED")[0]!),
    /SECLEVEL=2 and MinProtocol = TLSv1\.2 and Options = UnsafeLegacyServerConnect$/,
  );
});

test("a connection that fails is told by who failed: the endpoint, the way, or this machine", async (t) => {
  const codeOf = (code: string): string =>
    findingProblem(failure(code, 1234.5), { ip: "10.1.2.3", port: 1 }).code;
  t.equal(codeOf("ECONNREFUSED"), "endpoint-refused");
  t.equal(codeOf("ECONNRESET"), "endpoint-rejected");
  t.equal(codeOf("ETIMEDOUT"), "endpoint-timeout-connect");
  for (const code of ["EHOSTUNREACH", "ENETUNREACH"]) t.equal(codeOf(code), "endpoint-unreachable", code);
  for (const code of ["EMFILE", "ENFILE", "EACCES", "EPERM", "EADDRNOTAVAIL"]) {
    t.match(findingProblem(failure(code, 1), { ip: "10.1.2.3", port: 1 }), {
      code: "endpoint-own-host",
      message: /^this machine/,
      detail: code,
      hint: /./,
    });
  }
});
