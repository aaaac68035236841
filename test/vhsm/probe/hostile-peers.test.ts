import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import t from "tap";
import { answer, kinds, probeTcp, probeTls, type Peer } from "./peers.js";

/** Writes the chunk for as long as it is taken. */
function endlessly(socket: Socket | TLSSocket, chunk: string | Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", more);
  more();
}

const dripping = (socket: Socket | TLSSocket, text: string): void => {
  const timer = setInterval(() => {
    socket.write(text);
  }, 50);
  socket.on("close", () => {
    clearInterval(timer);
  });
};

t.test("closes at once, in each way of closing", async (t) => {
  t.strictSame(
    kinds(
      await probeTcp(t, (socket) => {
        socket.end();
      }),
    ),
    ["rejected"],
  );
  t.strictSame(
    kinds(
      await probeTcp(t, (socket) => {
        socket.destroy();
      }),
    ),
    ["rejected"],
  );
  t.strictSame(
    kinds(
      await probeTcp(t, (socket) => {
        socket.resetAndDestroy();
      }),
    ),
    ["rejected"],
  );
  t.strictSame(
    kinds(
      await probeTcp(t, (socket) => {
        setTimeout(() => {
          socket.destroy();
        }, 600);
      }),
    ),
    ["rejected"],
    "after a while, unasked",
  );
});

t.test("closes or resets at the first TLS message", async (t) => {
  t.strictSame(
    kinds(
      await probeTcp(t, (socket) => {
        socket.once("data", () => {
          socket.end();
        });
      }),
    ),
    ["closed-during-tls"],
  );
  t.strictSame(
    kinds(
      await probeTcp(t, (socket) => {
        socket.once("data", () => {
          socket.resetAndDestroy();
        });
      }),
    ),
    ["closed-during-tls"],
  );
});

t.test("a plain HTTP server that closes on what is no HTTP", async (t) => {
  const peer: Peer<Socket> = (socket) => {
    socket.once("data", (data: Buffer) => {
      socket.end(data.toString("latin1").startsWith("GET ") ? "HTTP/1.0 404 Not Found\r\n\r\n" : "");
    });
  };
  t.match(await probeTcp(t, peer), { findings: [{ kind: "plain-http", line: "HTTP/1.0 404 Not Found" }] });
});

t.test("a plain HTTP server that waits for the end of a line, or takes TLS for HTTP/0.9", async (t) => {
  const said: Peer<Socket> = (socket) => {
    let heard = "";
    socket.on("data", (data: Buffer) => {
      heard += data.toString("latin1");
      if (heard.includes("\r\n\r\n")) socket.end("HTTP/1.0 404 Not Found\r\n\r\n");
    });
  };
  t.match(await probeTcp(t, said), {
    findings: [{ kind: "plain-http", line: "HTTP/1.0 404 Not Found" }],
    left: 0,
  });
  const old: Peer<Socket> = (socket) => {
    socket.once("data", (data: Buffer) => {
      socket.end(
        data.toString("latin1").startsWith("GET ") ? "HTTP/1.0 404 Not Found\r\n\r\n" : "<!DOCTYPE HTML>\n",
      );
    });
  };
  t.match(await probeTcp(t, old), { findings: [{ kind: "plain-http" }] });
});

t.test("raw TTLV without TLS", async (t) => {
  t.match(
    await probeTcp(t, (socket) => {
      socket.once("data", () => {
        socket.end(Buffer.from("42007b0100000000", "hex"));
      });
    }),
    { findings: [{ kind: "ttlv", tls: false }], speaks: "no TLS" },
  );
});

t.test("lower TLS settings that could not be tried are not said to be of no help", async (t) => {
  let connections = 0;
  const once: Peer<Socket> = (socket) => {
    connections += 1;
    if (connections > 1) return;
    socket.once("data", () => {
      socket.end(Buffer.from("15030300020228", "hex"));
    });
  };
  t.match(await probeTcp(t, once), { findings: [{ kind: "tls-failed", lowerTried: false }] });
});

t.test("refuses TLS by an alert, whatever the settings", async (t) => {
  const alert = Buffer.from("15030300020228", "hex");
  t.match(
    await probeTcp(t, (socket) => {
      socket.once("data", () => {
        socket.end(alert);
      });
    }),
    { findings: [{ kind: "tls-failed", reason: /handshake failure/, lowerTried: true }] },
  );
});

t.test("a banner with what a terminal obeys is quoted without it, and cut", async (t) => {
  const report = await probeTcp(t, (socket) => {
    socket.write(`220 \u001b[31mmail\u0007 \u202eready ${"x".repeat(5000)}\r\nmore`);
  });
  const [finding] = report.findings;
  t.match(finding, { kind: "other-service", said: /^220 \[31mmail ready x+…$/ });
  t.ok(finding?.kind === "other-service" && finding.said.length <= 81);
});

t.test("bytes that are no text are shown as such", async (t) => {
  t.match(
    await probeTcp(t, (socket) => {
      socket.write(Buffer.from("4a0000000a352e35", "hex"));
    }),
    { findings: [{ kind: "other-service" }] },
  );
});

t.test("endless bytes instead of TLS, and in a TLS handshake", async (t) => {
  t.strictSame(
    kinds(
      await probeTcp(t, (socket) => {
        endlessly(socket, Buffer.alloc(65536, 0x41));
      }),
    ),
    ["other-service"],
  );
  t.strictSame(
    kinds(
      await probeTcp(t, (socket) => {
        endlessly(socket, Buffer.concat([Buffer.from("1603034000", "hex"), Buffer.alloc(0x4000)]));
      }),
    ),
    ["tls-failed"],
  );
});

t.test("a slow drip instead of TLS, in a header and in a body", async (t) => {
  t.match(
    await probeTcp(t, (socket) => {
      dripping(socket, "\u0016");
    }),
    { findings: [{ kind: "other-service", said: /^bytes 16/ }] },
  );
  t.match(
    await probeTls(t, (socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      dripping(socket, "X: y\r\n");
    }),
    { findings: [{ kind: "timed-out", stage: "answer" }] },
  );
  t.match(
    await probeTls(t, (socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      dripping(socket, "{");
    }),
    { findings: [{ kind: "timed-out", stage: "answer" }] },
  );
});

t.test("giant headers, an endless body, endless interim answers", async (t) => {
  t.match(
    await probeTls(t, (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nX: ${"y".repeat(100_000)}\r\n\r\n`);
    }),
    { findings: [{ kind: "not-knet", status: 200 }] },
  );
  t.match(
    await probeTls(t, (socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      endlessly(socket, "x".repeat(65536));
    }),
    { findings: [{ kind: "not-knet" }] },
  );
  t.match(
    kinds(
      await probeTls(t, (socket) => {
        endlessly(socket, "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000));
      }),
    ),
    ["not-knet"],
  );
});

t.test("answers 200 with what is no KMIP, or half of it", async (t) => {
  for (const body of [
    "",
    "{",
    "[]",
    "null",
    '{"tag":"RequestMessage","value":[]}',
    '{"tag":"ResponseMessage","value":7}',
    '{"tag":"ResponseMessage","value":['.repeat(500),
    "B\u0000{\u0001\u0000\u0000\u0000\u0010",
  ]) {
    t.match(
      await probeTls(t, (socket) => {
        socket.end(answer(body));
      }),
      { findings: [{ kind: "not-knet", status: 200 }] },
      JSON.stringify(body.slice(0, 40)),
    );
  }
});

t.test("answers HTTP with TTLV, nonsense, an upgrade, or nothing", async (t) => {
  t.match(
    await probeTls(t, (socket) => {
      socket.once("data", () => {
        socket.end(Buffer.from("42007b0100000000", "hex"));
      });
    }),
    { findings: [{ kind: "ttlv" }] },
  );
  t.match(
    await probeTls(t, (socket) => {
      socket.end("220 hello\r\n");
    }),
    { findings: [{ kind: "no-http", said: "220 hello" }] },
  );
  t.match(
    kinds(
      await probeTls(t, (socket) => {
        socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
      }),
    ),
    ["not-knet"],
  );
  t.match(
    await probeTls(t, (socket) => {
      socket.once("data", () => {
        socket.end();
      });
    }),
    { findings: [{ kind: "no-http", said: "" }] },
  );
});

t.test("server information in tags and types that nobody knows is shown, not stumbled over", async (t) => {
  const leaf = (tag: string, type: string, value: unknown): object => ({ tag, type, value });
  const body = JSON.stringify({
    tag: "ResponseMessage",
    value: [
      {
        tag: "ResponseHeader",
        value: [
          {
            tag: "ProtocolVersion",
            value: [
              leaf("ProtocolVersionMajor", "Integer", 1),
              leaf("ProtocolVersionMinor", "Integer", "0x00000003"),
            ],
          },
        ],
      },
      {
        tag: "BatchItem",
        value: [
          leaf("Operation", "Enumeration", "Query"),
          leaf("ResultStatus", "Enumeration", "Success"),
          {
            tag: "ResponsePayload",
            value: [
              leaf("VendorIdentification", "TextString", "KRYPTUS\u001b[2J"),
              {
                tag: "ServerInformation",
                value: [
                  leaf("0x540001", "TextString", "1.2.3"),
                  leaf("Mystery", "Enumeration", "Thing"),
                  leaf("Odd", "Future", { deep: 1 }),
                ],
              },
            ],
          },
        ],
      },
    ],
  });
  t.match(
    await probeTls(t, (socket) => {
      socket.end(answer(body));
    }),
    {
      findings: [],
      kmipVersion: "1.3",
      serverInformation: ["0x540001: 1.2.3", "Mystery: Thing"],
    },
  );
});

t.test("a KMIP server that wants credentials for a Query is no failure, and gets none", async (t) => {
  const body = JSON.stringify({
    tag: "ResponseMessage",
    value: [
      {
        tag: "BatchItem",
        value: [
          { tag: "ResultStatus", type: "Enumeration", value: "OperationFailed" },
          { tag: "ResultReason", type: "Enumeration", value: "PermissionDenied" },
        ],
      },
    ],
  });
  let asked = "";
  const report = await probeTls(t, (socket) => {
    socket.once("data", (data: Buffer) => {
      asked += data.toString();
      socket.end(answer(body));
    });
  });
  t.match(report, {
    findings: [{ kind: "query-refused", reason: "PermissionDenied" }],
    speaks: "KMIP over HTTPS",
  });
  t.match(asked, /^POST \/kmip HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/);
  t.notMatch(asked, /Authori|Authentication|Credential|Cookie/i);
});

t.test("a server that needs lower settings and legacy renegotiation is tried with both", async (t) => {
  // TLS 1.2, ECDHE-RSA-AES128-GCM-SHA256, without the extension renegotiation_info (RFC 5746)
  const hello = Buffer.concat([
    Buffer.from("160303002a020000260303", "hex"),
    Buffer.alloc(32, 7),
    Buffer.from("00c02f00", "hex"),
  ]);
  const alert = Buffer.from("15030300020228", "hex");
  const answers: string[] = [];
  let connections = 0;
  await probeTcp(t, (socket) => {
    connections += 1;
    if (connections === 1)
      socket.once("data", () => {
        socket.end(alert);
      });
    else
      socket.once("data", () => {
        socket.write(hello);
        socket.once("data", () => {
          answers.push("refused");
        });
        setTimeout(() => {
          if (!socket.destroyed) {
            answers.push("taken");
            socket.end(alert);
          }
        }, 200);
      });
  });
  t.strictSame(answers.slice(0, 2), ["refused", "taken"]);
});
