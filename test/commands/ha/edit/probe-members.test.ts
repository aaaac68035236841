import t from "tap";
import { membersToProbe } from "../../../../src/commands/ha/edit/probe-members.js";
import type { Endpoint } from "../../../../src/profile/types.js";

const [a, b, c] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((ip): Endpoint => ({ ip, port: 60161 })) as [
  Endpoint,
  Endpoint,
  Endpoint,
];

t.test(
  "an edit vouches for new members and for one that it puts in front, and looks at all others too",
  (t) => {
    t.same(membersToProbe("add", [a, b], [a, b, c]), { vouched: [c], others: [a, b] });
    t.same(membersToProbe("add", [a, b], [c, a, b]), { vouched: [c], others: [a, b] });
    t.same(membersToProbe("promote", [a, b, c], [c, a, b]), { vouched: [c], others: [a, b] });
    t.same(membersToProbe("set", [a, b], [b, c]), { vouched: [b, c], others: [] });
    t.end();
  },
);

t.test("a removal vouches for none of those that stay, not even for the first", (t) => {
  t.same(membersToProbe("remove", [a, b, c], [b, c]), { vouched: [], others: [b, c] });
  t.end();
});

t.test("where nothing changes nobody is asked; where it cannot be told what is there, all are new", (t) => {
  const [v6, sameV6]: readonly [Endpoint, Endpoint] = [
    { ip: "2001:db8::7", port: 1 },
    { ip: "2001:DB8:0::7", port: 1 },
  ];
  t.same(membersToProbe("set", [a, v6], [a, sameV6]), { vouched: [], others: [] });
  t.same(membersToProbe("set", undefined, [a, b]), { vouched: [a, b], others: [] });
  t.end();
});
