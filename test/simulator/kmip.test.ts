import { once } from "node:events";
import { request } from "node:https";
import { connect } from "node:tls";
import { test } from "tap";
import { Secret } from "../../src/problem/secret.js";
import { enumeration, parts, structure, tagNumber, text } from "../../src/vhsm/kmip/item.js";
import { decodeJson, encodeJson } from "../../src/vhsm/kmip/json.js";
import { queryRequest, readQueryAnswer } from "../../src/vhsm/kmip/messages.js";
import { decodeTtlv, encodeTtlv } from "../../src/vhsm/kmip/ttlv.js";
import { cluster, pinOf } from "./rig.js";

interface Reply {
  readonly status: number;
  readonly body: Buffer;
}

async function send(
  port: number,
  method: string,
  path: string,
  type: string,
  body: string | Buffer = "",
): Promise<Reply> {
  const sent = request({
    host: "127.0.0.1",
    port,
    method,
    path,
    headers: { "Content-Type": type },
    rejectUnauthorized: false,
    agent: false,
  });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [AsyncIterable<Buffer> & { statusCode: number }];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, body: Buffer.concat(chunks) };
}

async function overTls(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  socket.write(bytes);
  const [answer] = (await Promise.race([
    once(socket, "data"),
    once(socket, "close").then(() => [Buffer.alloc(0)]),
  ])) as [Buffer];
  socket.destroy();
  return answer;
}

test("a simulated VHSM", async (t) => {
  const hsm = await cluster(t, { vhsms: 1 });
  const [https, ttlv] = [hsm.endpoints[0]?.https.port ?? 0, hsm.endpoints[0]?.ttlv.port ?? 0];
  const vendor = "KRYPTUS kNET HSM (simulated)";
  const post = (type: string, body: string | Buffer): Promise<Reply> =>
    send(https, "POST", "/kmip", type, body);

  await t.test("answers a Query at POST /kmip in JSON", async (t) => {
    const { status, body } = await post("application/json", encodeJson(queryRequest()));
    t.equal(status, 200);
    t.strictSame(readQueryAnswer(decodeJson(body.toString())), { success: true, vendor, protocol: "1.4" });
  });

  await t.test("answers a Query at POST /kmip in TTLV", async (t) => {
    const { body } = await post("application/octet-stream", encodeTtlv(queryRequest({ minor: 3 })));
    t.equal(body.subarray(0, 4).toString("hex"), "42007b01");
    t.strictSame(readQueryAnswer(decodeTtlv(body)), { success: true, vendor, protocol: "1.3" });
  });

  await t.test("answers raw TTLV on the other port, and cuts HTTP off there", async (t) => {
    t.equal(readQueryAnswer(decodeTtlv(await overTls(ttlv, encodeTtlv(queryRequest())))).vendor, vendor);
    t.equal((await overTls(ttlv, Buffer.from("POST /kmip HTTP/1.1\r\n\r\n"))).length, 0);
    t.equal(
      (await overTls(ttlv, Buffer.from("4200780100ffffff", "hex"))).length,
      0,
      "a message of 16 MiB is not waited for",
    );
  });

  await t.test("checks the password of a request that carries one", async (t) => {
    const ask = async (username: string, password: string) =>
      readQueryAnswer(
        decodeJson(
          (
            await post(
              "application/json",
              encodeJson(queryRequest({ credential: { username, password: new Secret(password) } })),
            )
          ).body.toString(),
        ),
      );
    t.equal((await ask("alice", pinOf(hsm, "alice"))).success, true);
    t.equal((await ask("alice", "wrong")).reason, "AuthenticationNotSuccessful");
    t.equal((await ask("nobody", "")).reason, "AuthenticationNotSuccessful");
  });

  await t.test("never tells a SoftHSM PIN without the right password", async (t) => {
    const asking = structure(
      "RequestMessage",
      ...parts(queryRequest()).filter(({ tag }) => tag === tagNumber("RequestHeader")),
      structure(
        "BatchItem",
        enumeration("Operation", 0x18),
        structure("MessageExtension", structure("VendorExtension", text(0x540001, "alice"))),
      ),
    );
    const { body } = await post("application/json", encodeJson(asking));
    t.match(body.toString(), /0x540003/, "the folder is told");
    t.notMatch(body.toString(), /0x540005/);
  });

  await t.test("refuses what is no KMIP request, plainly", async (t) => {
    t.equal((await send(https, "GET", "/", "text/plain")).status, 404);
    t.equal((await send(https, "GET", "/kmip", "text/plain")).status, 405);
    t.equal((await post("text/xml", "<x/>")).status, 415);
    t.equal((await post("application/json", "{")).status, 400);
    t.equal((await post("application/json", "x".repeat(1_100_000))).status, 413);
    const old = await post("application/octet-stream", encodeTtlv(queryRequest({ minor: 9 })));
    t.equal(readQueryAnswer(decodeTtlv(old.body)).reason, "InvalidMessage");
  });

  await t.test("shows a self-signed certificate with a name that is not the host's", async (t) => {
    const socket = connect({ host: "127.0.0.1", port: https, rejectUnauthorized: false });
    await once(socket, "secureConnect");
    const { subject, issuer } = socket.getPeerCertificate();
    socket.destroy();
    t.equal(subject.CN, "vhsm-1.knet.simulated");
    t.equal(issuer.CN, subject.CN);
  });
});
