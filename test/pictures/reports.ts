const member = (ip: string) => ({ ip, port: 60161 });

/** What `knetctl ha drill --json` says of an HA vector whose client finds its second member late. */
export const drill = {
  connection: "hsm_1",
  user: "ca_signer",
  simulated: false,
  scenarios: [
    {
      id: "as-it-is",
      title: "the vector as it is",
      through: true,
      endpoints: [member("10.1.2.3"), member("10.1.2.4")],
      firstSignatureMs: 412.5,
      secondSignatureMs: 23.1,
    },
    {
      id: "first-refuses",
      title: "the first member refuses",
      through: true,
      endpoints: [member("127.0.0.1"), member("10.1.2.3"), member("10.1.2.4")],
      firstSignatureMs: 640,
      secondSignatureMs: 25,
      firstCostMs: 227.5,
      secondCostMs: 1.9,
      remembers: true,
    },
    {
      id: "first-is-black-hole",
      title: "the first member is a black hole",
      through: true,
      endpoints: [member("127.0.0.2"), member("10.1.2.3"), member("10.1.2.4")],
      firstSignatureMs: 10_480,
      secondSignatureMs: 5031,
      firstCostMs: 10_067.5,
      secondCostMs: 5007.9,
      remembers: false,
    },
    {
      id: "first-silent-after-tls",
      title: "the first member is silent after TLS",
      through: false,
      endpoints: [member("127.0.0.3"), member("10.1.2.3"), member("10.1.2.4")],
      firstSignatureMs: null,
      secondSignatureMs: null,
      reason: "the module did not answer within 120 seconds",
      hint: "raise the time-out",
    },
  ],
  verdict: { outcome: "fails", text: "failover does not work when the first member is silent after TLS" },
  problems: [],
};

/** What `knetctl ha probe --json` says of a member with the wrong port. */
export const probe = {
  at: "2026-11-27T23:51:39.000Z",
  ms: 812,
  endpoints: [
    {
      connection: "hsm_1",
      ...member("10.1.2.3"),
      ok: true,
      connectMs: 1.2,
      tlsMs: 18.4,
      answerMs: 31.7,
      speaks: "KMIP over HTTPS",
      problems: [],
    },
    {
      connection: "hsm_1",
      ip: "2001:db8::7",
      port: 5696,
      ok: false,
      connectMs: 1.4,
      tlsMs: 22.8,
      speaks: "TTLV over TLS",
      problems: [
        {
          code: "endpoint-ttlv-port",
          severity: "error",
          title: "this is the TTLV port",
          hint: "give the HTTPS port",
        },
      ],
    },
  ],
  problems: [],
};

/** What `knetctl ha prove --json` says of two members, of which one lacks a key. */
export const proof = {
  connections: [
    {
      connection: "hsm_1",
      members: [
        { endpoint: member("10.1.2.3"), tokens: [{ user: "ca_signer", result: "proven" }] },
        {
          endpoint: member("10.1.2.4"),
          tokens: [{ user: "ca_signer", result: "failed", reason: "C_Login: the PIN was refused" }],
        },
      ],
      comparisons: [
        {
          user: "ca_signer",
          members: ["10.1.2.3:60161", "10.1.2.4:60161"],
          same: 3,
          complete: true,
          differences: [
            {
              kind: "missing",
              label: "root_ca_2026",
              id: "01",
              classes: ["private key"],
              variants: [],
              missing: ["10.1.2.4:60161"],
            },
          ],
        },
      ],
    },
  ],
  problems: [],
};
