import { execFileSync } from "node:child_process";
import { linkSync } from "node:fs";
import { test } from "tap";
import { attributesOf } from "../../../../src/host/installer/staged/attributes.js";
import { path } from "../../../../src/host/path.js";
import { scratch } from "../../../support/scratch.js";

const tar = path("/usr/bin/tar");

test("capabilities of many files are told in one call, and nothing of the others", async (t) => {
  const { folder, file } = scratch(t);
  const long = `/${"d".repeat(120)}/${"e".repeat(120)}/able`;
  for (const name of ["plain", "-x", "able", "empty", long.slice(1), "name with blank\nand line"])
    file(name, name === "empty" ? "" : "x".repeat(70_000));
  for (const name of ["able", "empty", long.slice(1)])
    execFileSync("setcap", ["cap_net_bind_service=ep", `${folder}/${name}`]);
  const found = await attributesOf(tar, folder, [
    "/plain",
    "/-x",
    "/able",
    "/empty",
    long,
    "/name with blank\nand line",
  ]);
  t.same([...found.keys()].sort(), ["/able", "/empty", long].sort());
  t.match(found.get("/able"), { "security.capability": /^AQAAAg/ });
});

test("of a file with two names, each is told of", async (t) => {
  const { folder, file } = scratch(t);
  file("able", "x");
  execFileSync("setcap", ["cap_net_bind_service=ep", `${folder}/able`]);
  linkSync(`${folder}/able`, `${folder}/other`);
  // from the root, by a way that is no plain path
  const [able, other] = [`${folder}/./able`, `${folder}/other`];
  const found = await attributesOf(tar, "", [able, other]);
  t.same(found.get(able), found.get(other));
  t.match(found.get(other), { "security.capability": /^AQAAAg/ });
});

test("none are asked for: nothing is started", async (t) => {
  t.equal((await attributesOf(path("/nowhere/tar"), "/", [])).size, 0);
});

test("a file that is gone is a problem, and not passed over", (t) =>
  t.rejects(attributesOf(tar, "/", ["/nowhere/at/all"]), { code: "installer-stage-unread" }));

test("folders have some too, and what lies in them is not asked for", async (t) => {
  const { folder, file } = scratch(t);
  file("d/able", "x");
  execFileSync("setfacl", ["-m", "u:7:rwx", `${folder}/d`, `${folder}/d/able`]);
  const found = await attributesOf(tar, folder, ["/d"]);
  t.same([...found.keys()], ["/d"]);
  t.match(found.get("/d"), { "system.posix_acl_access": /./ });
});
