import t from "tap";
import { isGrown } from "../../../src/host/installer/grown-cache.js";
import { type Cache, type Entry, cacheOf } from "../../support/loader-cache.js";

const libc: Entry = { name: "libc.so.6", path: "/lib/libc.so.6" };
const z10: Entry = { name: "libz.so.10", path: "/lib/libz.so.10" };
const z9: Entry = { name: "libz.so.9", path: "/lib/libz.so.9" };
const ours: Entry = { name: "libkNET.so", path: "/opt/knet/libkNET.so" };
const host: Cache = { entries: [z10, z9, libc] };
const came = new Set([ours.path]);
const grown = (after: Cache, before = host) => isGrown(cacheOf(before), cacheOf(after), came, "little");

t.test("what came is known beside all that was", async (t) => {
  t.ok(grown({ entries: [z10, z9, ours, libc] }), "new");
  t.ok(grown({ entries: [z10, z9, ours, libc] }, { entries: [z10, z9, ours, libc] }), "known before");
  t.ok(grown(host), "not a library of its own name");
});

const lies: Readonly<Record<string, readonly Entry[]>> = {
  "another library is gone": [z10, ours, libc],
  "another library is somewhere else": [z10, z9, ours, { ...libc, path: "/opt/knet/libc.so.6" }],
  "another library is of another kind": [z10, { ...z9, flags: 1 }, ours, libc],
  "a library that the run does not install": [z10, z9, ours, { ...ours, path: "/opt/x/libkNET.so" }, libc],
  "two others have changed places": [z9, z10, ours, libc],
  "what came stands where the loader does not look for it": [ours, z10, z9, libc],
  "what came takes another library's name": [z10, z9, { ...ours, name: "libc.so.6" }, libc],
  "what came has a name that its file has not": [z10, z9, { ...ours, name: "libkNIT.so" }, libc],
  "what came is of a kind that no other is": [z10, z9, { ...ours, flags: 7 }, libc],
  "what came is known twice": [z10, z9, ours, ours, libc],
  "what came is for some processors": [z10, z9, { ...ours, variant: 1 }, libc],
};
for (const [lie, entries] of Object.entries(lies))
  t.test(`not so: ${lie}`, async (t) => {
    t.notOk(grown({ entries }));
  });

t.test("a library that takes the name of one of this host is ldconfig's to place", async (t) => {
  const before = { entries: [z10, z9, { ...libc, name: "libkNET.so", path: "/usr/lib/libkNET.so" }, libc] };
  t.notOk(grown({ entries: [...before.entries.slice(0, 2), ours, ...before.entries.slice(2)] }, before));
});

t.test("what is not known of a cache is ldconfig's to build", async (t) => {
  const entries = [z10, z9, ours, libc];
  t.notOk(grown({ entries, maker: "ldconfig 3" }), "another ldconfig");
  t.notOk(grown({ entries, tag: 1 }, { ...host, tag: 1 }), "variants for processors");
  t.notOk(grown({ entries }, { entries: [] }), "an empty one");
  const [before, after] = [cacheOf(host), cacheOf({ entries })];
  for (const [of, bytes] of Object.entries({
    "the old format": Buffer.concat([Buffer.from("ld.so-1.7.0\0"), after]),
    nothing: Buffer.alloc(0),
    "a part": after.subarray(0, 60),
    text: Buffer.from("include /opt\n".repeat(20)),
  }))
    t.notOk(isGrown(before, bytes, came, "little"), of);
});
