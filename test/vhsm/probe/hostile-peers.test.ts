import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import t from "tap";
import { answer, kinds, probeTcp, probeTls } from "./peers.js";

/** Writes the chunk for as long as it is taken. */
function endlessly(socket: Socket | TLSSocket, chunk: string | Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", more);
  more();
}

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
