import { test } from "tap";
import { knetctl } from "../../support/knetctl.js";

const profile = `connections: { hsm_1: { endpoints: [{ ip: 10.1.2.3, port: 60161 }] } }
users: { ca_signer: { connection: hsm_1, pin: { file: /run/pin } } }
log_verbosity: quiet
`;

/** What it says, without how long that took it. */
function withoutTimes({ stdout, ...rest }: Awaited<ReturnType<typeof knetctl>>) {
  return { ...rest, stdout: stdout.replace(/"ms": [\d.]+/, '"ms": 0') };
}

for (const verb of ["validate", "render", "plan"])
  test(`${verb} says the same with the parser and without it`, async (t) => {
    const file = `${t.testdir({ "profile.yaml": profile, "wrong.yaml": "users: {}\n" })}/profile.yaml`;
    for (const name of [
      file,
      file.replace("profile.yaml", "wrong.yaml"),
      file.replace("profile.yaml", "missing.yaml"),
    ]) {
      for (const flags of [[], ["--json"], ["--quiet"], ["--verbose", "--no-color"]]) {
        const plain = await knetctl([verb, ...flags, name]);
        const parsed = await knetctl([verb, ...flags, "--", name]);
        t.same(withoutTimes(plain), withoutTimes(parsed), flags.join(" "));
      }
    }
  });
