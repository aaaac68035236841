import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Test } from "tap";
import { sideBySide } from "../../support/side-by-side.js";
import { answer, kinds, kmip, probeTcp, probeTls, type Met, type Peer } from "./peers.js";

/** For peers that are waited for until it is over. */
const allOfMs = 2000;
const good = kmip();

/** Answers whatever is asked, and leaves the connection open. */
const answered = (t: Test, text: string): Promise<Met> =>
  probeTls(
    t,
    (socket) => {
      socket.once("data", () => {
        socket.write(text);
      });
    },
    allOfMs,
  );

function dripping(socket: Socket | TLSSocket, text: string): void {
  const timer = setInterval(() => {
    socket.write(text);
  }, 50);
  socket.on("close", () => {
    clearInterval(timer);
  });
}

/** What it does with what first comes, on each connection. */
function heard<Stream extends Socket>(does: (socket: Stream, data: string) => void): Peer<Stream> {
  return (socket) => {
    socket.once("data", (data: Buffer) => {
      does(socket, data.toString("latin1"));
    });
  };
}

const closing: Readonly<Record<string, Peer<Socket>>> = {
  "ends it": (socket) => {
    socket.end();
  },
  "closes it": (socket) => {
    socket.destroy();
  },
  "resets it": (socket) => {
    socket.resetAndDestroy();
  },
  "closes it after a while": (socket) => {
    setTimeout(() => {
      socket.destroy();
    }, 400);
  },
};

const notFound = "HTTP/1.0 404 Not Found\r\n\r\n";
const plainHttp: Readonly<Record<string, Peer<Socket>>> = {
  "closes on what is no HTTP": heard((socket, data) => {
    socket.end(data.startsWith("GET ") ? notFound : "");
  }),
  "waits for the end of a line": (socket) => {
    let all = "";
    socket.on("data", (data: Buffer) => {
      all += data.toString("latin1");
      if (all.includes("\r\n\r\n")) socket.end(notFound);
    });
  },
};

sideBySide("peers that a probe must have patience with", (test) => {
  for (const [does, peer] of Object.entries(closing))
    test(`a peer that takes a connection and ${does}, unasked`, async (t) => {
      t.strictSame(kinds(await probeTcp(t, peer)), ["rejected"]);
    });

  test("a peer that closes at the first TLS message, or resets the connection", async (t) => {
    const reports = await Promise.all([
      probeTcp(
        t,
        heard((socket) => {
          socket.end();
        }),
      ),
      probeTcp(
        t,
        heard((socket) => {
          socket.resetAndDestroy();
        }),
      ),
    ]);
    t.strictSame(reports.map(kinds), [["closed-during-tls"], ["closed-during-tls"]]);
  });

  for (const [does, peer] of Object.entries(plainHttp))
    test(`a plain HTTP server that ${does}`, async (t) => {
      const met = await probeTcp(t, peer);
      t.match(met, { findings: [{ kind: "plain-http", line: "HTTP/1.0 404 Not Found" }] });
      t.equal(await met.left(), 0);
    });

  test("a plain HTTP server that takes TLS for HTTP/0.9", async (t) => {
    const peer = heard((socket, data) => {
      socket.end(data.startsWith("GET ") ? notFound : "<!DOCTYPE HTML>\n");
    });
    t.match(await probeTcp(t, peer), { findings: [{ kind: "plain-http" }] });
  });

  test("lower TLS settings that could not be tried are not said to be of no help", async (t) => {
    let connections = 0;
    const once: Peer<Socket> = (socket) => {
      connections += 1;
      if (connections > 1) return;
      socket.once("data", () => {
        socket.end(Buffer.from("15030300020228", "hex"));
      });
    };
    t.match(await probeTcp(t, once, allOfMs), { findings: [{ kind: "tls-failed", lowerTried: false }] });
  });

  test("a slow drip instead of TLS", async (t) => {
    const peer: Peer<Socket> = (socket) => {
      dripping(socket, "\u0016");
    };
    const found = { kind: "other-service", said: /^bytes 16/ };
    t.match(await probeTcp(t, peer, allOfMs), { findings: [found] });
  });

  for (const [where, begun, drop] of [
    ["header", "HTTP/1.1 200 OK\r\n", "X: y\r\n"],
    ["body", "HTTP/1.1 200 OK\r\n\r\n", "{"],
  ] as const)
    test(`a slow drip in a ${where}`, async (t) => {
      const peer: Peer<TLSSocket> = (socket) => {
        socket.write(begun);
        dripping(socket, drop);
      };
      t.match(await probeTls(t, peer, allOfMs), { findings: [{ kind: "timed-out", stage: "answer" }] });
    });

  test("an answer that never ends is judged by what came of it: all of a good one", async (t) => {
    t.match(await answered(t, `HTTP/1.1 200 OK\r\n\r\n${good}`), { findings: [], vendor: "KRYPTUS kNET" });
  });

  test("half of a good one", async (t) => {
    t.match(await answered(t, `HTTP/1.1 200 OK\r\n\r\n${good.slice(0, 40)}`), {
      findings: [{ kind: "timed-out", stage: "answer" }],
    });
  });

  test("some of a bad one", async (t) => {
    const text = "HTTP/1.1 404 Not Found\r\nContent-Length: 9999999999999\r\n\r\n<html>";
    t.match(await answered(t, text), { findings: [{ kind: "not-knet", status: 404 }] });
  });

  test("no connection is left when the answer is there, which came late", async (t) => {
    const late = heard<TLSSocket>((socket, data) => {
      // when the probe has begun to ask in another way
      if (data.startsWith("POST ")) setTimeout(() => socket.write(answer(good)), 1500);
    });
    const met = await probeTls(t, late);
    t.same(met.findings, []);
    t.equal(await met.left(), 0);
  });
});
