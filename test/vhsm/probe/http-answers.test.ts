import type { TLSSocket } from "node:tls";
import t, { type Test } from "tap";
import { answer, kinds, kmip, probeTls, type Met } from "./peers.js";

/** Answers whatever is asked. */
async function answered(t: Test, text: string): Promise<Met> {
  return probeTls(t, (socket) => {
    socket.once("data", () => {
      socket.end(text);
    });
  });
}

const good = kmip();

t.test("a server whose HTTP is not the strictest is still understood", async (t) => {
  const length = Buffer.byteLength(good);
  const sloppy = {
    "line feeds alone": `HTTP/1.1 200 OK\nContent-Length: ${length}\n\n${good}`,
    "bytes after the end": `${answer(good)}trailing`,
    "20 KB of headers": answer(good, `X: ${"y".repeat(20_000)}\r\n`),
    "both lengths":
      `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\nTransfer-Encoding: ` +
      `chunked\r\n\r\n${length.toString(16)}\r\n${good}\r\n0\r\n\r\n`,
  };
  for (const [what, text] of Object.entries(sloppy))
    t.match(await answered(t, text), { findings: [], speaks: "KMIP over HTTPS" }, what);
});

t.test("an answer that has begun counts more than how it goes wrong", async (t) => {
  const notFound = { findings: [{ kind: "not-knet", status: 404, server: "nginx" }], speaks: "HTTPS" };
  t.match(
    await answered(t, "HTTP/1.1 404 Not Found\r\nServer: nginx\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    notFound,
  );
  t.match(
    await answered(t, "HTTP/1.1 404 Not Found\r\nServer : nginx\r\n\r\n"),
    { findings: [{ kind: "not-knet", status: 404 }] },
    "a blank before a colon",
  );
  t.match(
    await answered(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
    { findings: [{ kind: "not-knet", status: 101 }] },
  );
});

t.test("refusals and unavailability of HTTP are told apart from a server that is no kNET", async (t) => {
  for (const status of [401, 403])
    t.match(await answered(t, answer("no", "", `${status} No`)), {
      findings: [{ kind: "http-denied", status }],
    });
  for (const status of [429, 500, 503])
    t.match(await answered(t, answer("no", "", `${status} No`)), {
      findings: [{ kind: "http-unavailable", status }],
    });
  t.strictSame(kinds(await answered(t, answer("no", "", "405 No"))), ["not-knet"]);
});

t.test(
  "a Query that fails is an error that quotes the reason, unless the server wants to know who asks",
  async (t) => {
    const failed = async (reason: string, message?: string): Promise<Met> =>
      answered(t, answer(kmip({ failure: { reason, ...(message !== undefined && { message }) } })));
    t.match(await failed("GeneralFailure", "HSM is tampered"), {
      findings: [{ kind: "query-failed", reason: "GeneralFailure: HSM is tampered" }],
    });
    for (const reason of ["AuthenticationNotSuccessful", "0x0000000c", "Permission Denied"])
      t.strictSame(kinds(await failed(reason)), ["query-refused"], reason);
    const structure = JSON.stringify({
      tag: "ResponseMessage",
      value: [{ tag: "BatchItem", value: [{ tag: "ResultStatus", value: [] }] }],
    });
    t.strictSame(kinds(await answered(t, answer(structure))), ["not-knet"], "a status that is none");
  },
);

t.test("a server of an older protocol version is asked in that", async (t) => {
  const old = (socket: TLSSocket): void => {
    socket.once("data", (data: Buffer) => {
      const newest = /"ProtocolVersionMinor","type":"Integer","value":4/.test(data.toString());
      socket.end(
        answer(
          newest
            ? kmip({ failure: { reason: "InvalidMessage", message: "unsupported protocol version 1.4" } })
            : good,
        ),
      );
    });
  };
  t.match(await probeTls(t, old), { findings: [], vendor: "KRYPTUS kNET" });
  t.match(await answered(t, answer(kmip({ failure: { reason: "InvalidMessage", message: "no" } }))), {
    findings: [{ kind: "query-failed", reason: "InvalidMessage: no" }],
  });
});

t.test("a server that calls itself something else is warned of", async (t) => {
  t.match(await answered(t, answer(kmip({ vendor: "ACME KMIP" }))), {
    findings: [{ kind: "other-vendor", vendor: "ACME KMIP" }],
  });
  for (const vendor of ["Kryptus S.A.", "kNET 1.7"])
    t.strictSame(kinds(await answered(t, answer(kmip({ vendor })))), [], vendor);
});

t.test("a server's texts come on one line, cut, and without what a terminal obeys", async (t) => {
  const forged = `x\n  hint: run this\u001b[2J\u202e\u2028${"y".repeat(5000)}`;
  const plain = /^(GeneralFailure: )?x hint: run this\[2J y+…$/;
  const [finding] = (
    await answered(t, answer(kmip({ failure: { reason: "GeneralFailure", message: forged } })))
  ).findings;
  t.match(finding, { kind: "query-failed", reason: plain });
  t.ok(finding?.kind === "query-failed" && finding.reason.length < 230);
  const { vendor } = await answered(t, answer(kmip({ vendor: `kNET ${forged}` })));
  t.match(vendor, /^kNET x hint: run this\[2J y+…$/);
  t.ok((vendor?.length ?? 0) <= 201);
});
