import { once } from "node:events";
import { type AddressInfo, createServer as createPlain, type Server } from "node:net";
import { createServer as createTls } from "node:tls";
import t, { type Test } from "tap";
import { makeCertificate } from "../../../src/simulator/certificate.js";
import { reachService } from "../../../src/vhsm/probe/reach-service.js";

async function listening(t: Test, server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

const reach = (ip: string, port: number, tls: boolean, timeoutMs = 3000) =>
  reachService({ ip, port }, tls, { timeoutMs });

t.test(
  "a server that answers TLS is reached, by its address or a name, whatever its certificate",
  async (t) => {
    const server = createTls(makeCertificate("somebody.else"), (socket) => {
      socket.on("error", () => undefined);
    });
    const port = await listening(t, server);
    t.match(await reach("127.0.0.1", port, true), { address: "127.0.0.1", protocol: "TLSv1.3" });
    t.match(await reach("localhost", port, true), { address: "127.0.0.1", protocol: "TLSv1.3" });
  },
);

t.test("without TLS an accepted connection is enough", async (t) => {
  const port = await listening(
    t,
    createPlain((socket) => socket.on("error", () => undefined)),
  );
  t.same(await reach("127.0.0.1", port, false), { address: "127.0.0.1" });
  t.match(await reach("127.0.0.1", port, true, 500), { problem: { code: "endpoint-timeout-tls" } });
});

t.test("nothing there, no such name, and something that is no TLS are told", async (t) => {
  t.match(await reach("127.0.0.1", 1, false), { problem: { code: "endpoint-refused" } });
  t.match(await reach("vault.invalid", 443, true), { problem: { code: "endpoint-name-not-found" } });
  const port = await listening(
    t,
    createPlain((socket) => socket.on("error", () => undefined).end("SSH-2.0-x\r\n")),
  );
  t.match(await reach("127.0.0.1", port, true), { problem: { code: "endpoint-tls-failed" } });
});
