import t from "tap";
import { drillPicture } from "../../src/pictures/drill-picture.js";
import { reportPicture } from "../../src/pictures/report-picture.js";
import { topology } from "../../src/pictures/topology.js";
import { cases } from "../support/cases.js";
import fc, { anyCharacter } from "../support/fast-check.js";
import { drill, probe, proof } from "./reports.js";

const names = fc.oneof(
  fc.constantFrom("<script>alert(1)</script>", '"/><image href="x"/>', "]]>", "&amp;", "a\u0000b", "\ud800"),
  fc.string({ unit: anyCharacter, maxLength: 60 }),
);

/** Elements and attributes that a picture has: none that loads, runs or leads anywhere. */
const allowed =
  /^<\/?(?:svg|title|desc|rect|text|g|path)(?: (?:[a-z-]+|viewBox|aria-labelledby)="[^"<>]*")*\/?>$/;

function strange(svg: string): readonly string[] {
  const tags = svg.replace(/^<\?xml[^>]*\?>/, "").match(/<[^]*?>/g) ?? [];
  return tags.filter((tag) => !allowed.test(tag) || / (?:on\w+|href|style|src)=/.test(tag));
}

t.test("whatever the names are, a picture has its own elements and no others", async (t) => {
  fc.assert(
    fc.property(names, names, fc.array(names, { maxLength: 4 }), (name, user, members) => {
      const pictures = [
        topology([{ name, members, users: [user] }], user),
        reportPicture({ ...drill, connection: name, user, verdict: { outcome: "works", text: name } }),
        reportPicture({ ...probe, endpoints: members.map((ip) => ({ ...probe.endpoints[0], ip })) }),
        reportPicture({ connections: [{ ...proof.connections[0], connection: name }] }),
      ];
      for (const picture of pictures) t.strictSame(strange(picture ?? "<none>"), []);
    }),
    { numRuns: cases(300) },
  );
});

t.test("a picture says in words what it shows", async (t) => {
  const picture = drillPicture(drill);
  t.match(picture, '<title id="drill-title">Failover drill of hsm_1</title>');
  t.match(picture, "the first member is a black hole (127.0.0.2:60161, 10.1.2.3:60161, 10.1.2.4:60161)");
  t.match(picture, "10.5 s + 5.0 s");
  t.match(picture, "the module did not answer within 120 seconds");
  t.match(reportPicture(probe) ?? "", "1 of 2 members pass the probe");
  t.match(reportPicture(proof) ?? "", "root_ca_2026 is missing on 10.1.2.4:60161");
  const drawn = topology([{ name: "a", members: ["x:1", "y:2"], users: ["u"] }], "amplia");
  t.match(drawn, "connection a: x:1 first, then y:2. Users: u.");
});

t.test("an IPv6 address is in brackets in every picture", async (t) => {
  const ip = "2001:db8::7";
  const pictures = [
    drillPicture({
      ...drill,
      scenarios: drill.scenarios.map((one) => ({ ...one, endpoints: [{ ip, port: 1 }] })),
    }),
    reportPicture({ ...probe, endpoints: probe.endpoints.map((one) => ({ ...one, ip, port: 1 })) }),
    reportPicture({
      connections: proof.connections.map((one) => ({
        ...one,
        members: one.members.map((member) => ({ ...member, endpoint: { ip, port: 1 } })),
      })),
    }),
  ];
  for (const picture of pictures) t.match(picture ?? "", "[2001:db8::7]:1");
});

t.test("what is no report has no picture", async (t) => {
  for (const other of [
    null,
    1,
    "x",
    [],
    {},
    { scenarios: [] },
    { ...drill, scenarios: [1] },
    { connections: {} },
  ])
    t.equal(reportPicture(other), undefined);
});
