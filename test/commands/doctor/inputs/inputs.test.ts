import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { archive } from "../../../../src/commands/doctor/inputs/archive.js";
import { pinFiles } from "../../../../src/commands/doctor/inputs/pin-files.js";
import { profile, profileRights } from "../../../../src/commands/doctor/inputs/profile.js";
import { checkedIn, codesOf } from "../../../support/doctor-scene.js";
import { scratch, strangerUid, type Scratch } from "../../../support/scratch.js";
import { vendorArchive } from "../../../support/vendor-archive.js";

const body = (pin: string, rest = "") => `connections:
  hsm_1: { endpoints: [{ ip: 192.0.2.1, port: 60161 }] }
users:
  ca_signer: { connection: hsm_1, pin: ${pin} }
service: { user: amplia }
${rest}`;

function profileIn({ file }: Scratch, pin = "{ file: pin }", rest = ""): string {
  return file("profile.yaml", body(pin, rest), { mode: 0o600 });
}

t.test("a profile is told as valid, or with all that is wrong with it", async (t) => {
  const place = scratch(t);
  t.match(await checkedIn(profile), { status: "skipped", text: "no profile was given" });
  t.match(await checkedIn(profile, { profile: profileIn(place) }), {
    status: "ok",
    text: "valid: 1 connection, 1 user",
  });
  const wrong = place.file("wrong.yaml", body("{ file: pin }").replace("60161", "70000"));
  const seen = await checkedIn(profile, { profile: wrong });
  t.match(seen, { status: "fail", text: "it is not valid", problems: [{ where: { line: 2 } }] });
  t.match(await checkedIn(profile, { profile: join(place.folder, "none") }), { status: "fail" });
  t.match(await checkedIn(pinFiles, { profile: wrong }), { status: "skipped" });
});

t.test("a profile that others can change fails for root, who would not be let apply it", async (t) => {
  const place = scratch(t);
  const file = profileIn(place);
  t.match(await checkedIn(profileRights), { status: "skipped" });
  t.match(await checkedIn(profileRights, { profile: file }), { status: "ok" });
  chmodSync(file, 0o666);
  t.match(await checkedIn(profileRights, { profile: file }), {
    status: "fail",
    problems: [{ code: "profile-untrusted", hint: /chmod go-w/ }],
  });
  t.match(await checkedIn(profileRights, { profile: file, isRoot: false }), { status: "warn" });
  t.match(await checkedIn(profile, { profile: file }), { status: "ok" }, "what is in it is another check's");
});

t.test("PIN files are judged by rights, place and emptiness; what is in them is nobody's", async (t) => {
  const place = scratch(t);
  const { file, folder, mkdir } = place;
  const seen = () => checkedIn(pinFiles, { profile: profileIn(place) });
  t.strictSame(codesOf(await seen()), ["pin-file-missing"]);
  file("pin", "marked-4711\n", { mode: 0o600 });
  t.match(await seen(), { status: "ok", text: "1 file" });
  file("pin", "marked-4711\n", { mode: 0o640 });
  t.match(await seen(), { status: "warn", problems: [{ code: "pin-file-group-readable" }] });
  file("pin", "marked-4711\n", { mode: 0o644 });
  const exposed = await seen();
  t.match(exposed, {
    status: "fail",
    text: "1 of 1 file is not as it should be",
    problems: [{ code: "pin-file-exposed", hint: /^chmod 0600 / }],
  });
  t.notMatch(JSON.stringify(exposed), /4711/);
  file("pin", "marked-4711\n", { mode: 0o600, uid: strangerUid });
  t.strictSame(codesOf(await seen()), ["pin-file-foreign"]);
  file("pin", "", { mode: 0o600 });
  t.match(await seen(), { status: "fail", problems: [{ code: "pin-empty" }] });
  file("pin", "marked-4711\n", { mode: 0o600 });
  chmodSync(folder, 0o777);
  t.strictSame(codesOf(await seen()), ["pin-file-untrusted"], "a folder above it counts");
  chmodSync(folder, 0o755);
  rmSync(join(folder, "pin"));
  mkdir("pin");
  t.strictSame(codesOf(await seen()), ["pin-file-not-regular"]);
  t.match(await checkedIn(pinFiles, { profile: profileIn(place, "{ env: PIN_OF_CA }") }), {
    status: "skipped",
    text: "the profile names no PIN file",
  });
});

t.test("the archive is the pinned one, another, not pinned, or not there", async (t) => {
  const place = scratch(t);
  const { path, sha256 } = vendorArchive(place.mkdir("vendor"), "true");
  const seen = (module: string) =>
    checkedIn(archive, {
      profile: profileIn(place, "{ file: pin }", `module: { archive: ${path}${module} }\n`),
    });
  t.match(await checkedIn(archive, { profile: profileIn(place) }), { status: "skipped" });
  t.match(await seen(`, sha256: ${sha256}`), { status: "ok", text: `${path} is the pinned one` });
  t.match(await seen(""), {
    status: "warn",
    problems: [{ code: "archive-unpinned", hint: new RegExp(sha256) }],
  });
  t.strictSame(codesOf(await seen(`, sha256: ${"ab".repeat(32)}`)), ["archive-checksum"]);
  chmodSync(path, 0o666);
  t.match(await seen(""), { status: "fail", problems: [{ code: "archive-untrusted" }] });
  writeFileSync(path, "");
  t.strictSame(codesOf(await seen("")), ["archive-empty"]);
  rmSync(path);
  t.strictSame(codesOf(await seen("")), ["archive-missing"]);
});
