import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { sunPkcs11 } from "../../../src/consumers/types/sunpkcs11.js";

const wanted = {
  name: "java",
  type: "sunpkcs11",
  service: "amplia",
  token: "ca",
  module: "/usr/lib/m.so",
  keys: {},
};

t.test("the slot is that of the user among the users, or the one that is named", async (t) => {
  t.match(sunPkcs11.text({ ...wanted, tokenIndex: 2 }, ""), /^slotListIndex = 2$/m);
  t.match(sunPkcs11.text({ ...wanted, tokenIndex: 2, keys: { slot: "1000" } }, ""), /^slot = 1000$/m);
});

t.test("the label is looked for as a whole, in both ways in which Java prints it", async (t) => {
  const shows = (token: string) => sunPkcs11.proof?.({ ...wanted, token }).commands[1]?.shows?.[0];
  t.match("  label: ca\n", shows("ca"));
  t.notMatch("  label: ca_signer\n", shows("ca"));
  t.match("  label: \u00c3\u00bc (1)  \n", shows("ü (1)"));
  t.match("  label: ü (1)\n", shows("ü (1)"));
});

t.test("a PIN that Java would send as another one ends the proof before anything logs in", async (t) => {
  const folder = t.testdir({ "java.cfg": "name = java\n", ascii: "it's \\ #;=$", other: "pïn" });
  const first = (pin: string) => {
    const paths = { file: join(folder, "java.cfg"), pinFile: join(folder, pin) };
    const [program, ...args] = sunPkcs11.proof?.({ ...wanted, ...paths }).commands[0]?.line ?? [];
    return spawnSync(program ?? "", args, { cwd: folder, encoding: "utf8" });
  };
  t.match(first("other"), { status: 1, stderr: /not ASCII/ });
  t.equal(first("ascii").status, 0);
  t.equal(readFileSync(join(folder, "shown.cfg"), "utf8"), "name = java\nshowInfo = true\n");
  writeFileSync(join(folder, "ascii"), "");
  t.equal(first("ascii").status, 0, "an empty one is for the token to refuse");
});
