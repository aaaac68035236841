import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import t, { type Test } from "tap";
import { askHealth } from "../../../src/host/service/health.js";
import { makeCertificate } from "../../../src/simulator/certificate.js";

async function listening(t: Test, server: Server, address = "127.0.0.1"): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  t.teardown(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function urlOf(t: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  t.teardown(() => {
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${await listening(t, server)}/api/system/info`;
}

const ask = (url: string, timeoutMs = 2000) => askHealth(url, { timeoutMs });

const bodies: Readonly<Record<string, readonly [string, string]>> = {
  "names a product": ['{"productName":"Amplia","productVersion":"4.9.0"}', "Amplia 4.9.0 answers"],
  "names no version": ['{"productName":"Amplia"}', "Amplia answers"],
  "is other JSON": ["[1]", "it answers with status 200"],
  "is no JSON": ["<html>", "it answers with status 200"],
  "gives a number as a name": ['{"productName":7}', "it answers with status 200"],
  "gives a name without an end": [
    JSON.stringify({ productName: "x".repeat(81) }),
    "it answers with status 200",
  ],
  "is longer than is read": [
    JSON.stringify({ productName: "Amplia", more: "x".repeat(64 * 1024) }),
    "it answers with status 200",
  ],
};

for (const [what, [body, who]] of Object.entries(bodies)) {
  t.test(`an answer whose body ${what}`, async (t) => {
    t.same(await ask(await urlOf(t, (_request, response) => response.end(body))), { well: true, who });
  });
}

t.test(
  "no other status than 200 to 299 is an answer of one that is well, and a redirect is not followed",
  async (t) => {
    const asked: (string | undefined)[] = [];
    const url = await urlOf(t, ({ url: path }, response) => {
      asked.push(path);
      response.writeHead(path === "/204" ? 204 : path === "/503" ? 503 : 302, { location: "/204" }).end();
    });
    t.same(await ask(new URL("/204", url).href), { well: true, who: "it answers with status 204" });
    t.same(await ask(new URL("/503", url).href), { well: false, reason: "it answers with status 503" });
    t.same(await ask(new URL("/moved", url).href), {
      well: false,
      reason: "it answers with status 302, a redirect, which is not followed",
    });
    t.same(asked, ["/204", "/503", "/moved"]);
  },
);

t.test("silence, a body that never ends, and one that comes by drops all end at the time-out", async (t) => {
  for (const answer of [
    () => undefined,
    (_request, response) => response.write("{"),
    (_request, response) => {
      setInterval(() => response.write(" "), 20).unref();
    },
  ] satisfies RequestListener[]) {
    const start = performance.now();
    t.same(await ask(await urlOf(t, answer), 150), { well: false, reason: "no answer within 0.15 s" });
    t.ok(performance.now() - start < 15_000);
  }
});

t.test("localhost is this machine, on either address", async (t) => {
  t.match(
    await ask(
      `http://localhost:${await listening(
        t,
        createServer((_request, response) => response.end()),
      )}/`,
    ),
    { well: true },
  );
  const six = createServer((_request, response) => response.end());
  t.match(await ask(`http://localhost:${await listening(t, six, "::1")}/`), { well: true });
});

t.test(
  "nobody there, a name that nobody has, what is no HTTP and what is no URL: told, never thrown",
  async (t) => {
    const gone = createServer();
    const port = await listening(t, gone);
    await new Promise((resolve) => gone.close(resolve));
    t.same(await ask(`http://localhost:${port}/?key=k1`), {
      well: false,
      reason: "nothing listens there (ECONNREFUSED)",
    });
    t.match(await ask("http://name.invalid/"), { well: false, reason: /^(ENOTFOUND|EAI_AGAIN)$/ });
    const { createServer: rawServer } = await import("node:net");
    const raw = await listening(
      t,
      rawServer((socket) => socket.end("SSH-2.0-x\r\n")),
    );
    t.match(await ask(`http://127.0.0.1:${raw}/`), { well: false, reason: /^HPE_/ });
    for (const url of ["nonsense", "file:///etc/passwd", ""])
      t.same(await ask(url), { well: false, reason: "it is not an http or https URL" });
  },
);

t.test("an abort ends the asking", async (t) => {
  const url = await urlOf(t, () => undefined);
  t.same(await askHealth(url, { timeoutMs: 60_000, signal: AbortSignal.timeout(30) }), {
    well: false,
    reason: "interrupted",
  });
  t.same(await askHealth(url, { timeoutMs: 60_000, signal: AbortSignal.abort() }), {
    well: false,
    reason: "interrupted",
  });
});

t.test("a certificate that nobody vouches for is refused, whatever the environment says", async (t) => {
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  t.teardown(() => {
    delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  });
  const port = await listening(
    t,
    createTlsServer(makeCertificate("localhost"), (_request, response) => response.end()),
  );
  t.same(await ask(`https://localhost:${port}/`), { well: false, reason: "DEPTH_ZERO_SELF_SIGNED_CERT" });
});
