import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { certificates } from "../../../../src/commands/doctor/network/certificates.js";
import { endpoints } from "../../../../src/commands/doctor/network/endpoints.js";
import { names } from "../../../../src/commands/doctor/network/names.js";
import { makeCertificate, type Certificate } from "../../../../src/simulator/certificate.js";
import { UserDirectory } from "../../../../src/simulator/user-directory.js";
import { startVhsm, type Vhsm } from "../../../../src/simulator/vhsm.js";
import { checkedIn, codesOf } from "../../../support/doctor-scene.js";

async function vhsm(t: Test, certificate: Certificate = makeCertificate("vhsm")): Promise<Vhsm> {
  const cluster = { users: new UserDirectory([], 5), storage: new Map<string, never>() };
  const started = await startVhsm({ host: "127.0.0.1", certificate, cluster });
  t.teardown(() => started.stop());
  return started;
}

function profile(t: Test, ...members: readonly (readonly [ip: string, port: number])[]): string {
  const file = join(t.testdir({}), "profile.yaml");
  const listed = members.map(([ip, port]) => `{ ip: ${ip}, port: ${port} }`).join(", ");
  writeFileSync(
    file,
    `connections:\n  hsm_1: { endpoints: [${listed}] }\nusers:\n  ca_signer: { connection: hsm_1 }\n` +
      "service: { user: amplia }\n",
  );
  return file;
}

t.test("a vector is ok, degraded while one answers, and fails when none does", async (t) => {
  const [one, other] = [await vhsm(t), await vhsm(t)];
  const both = profile(t, ["127.0.0.1", one.httpsPort], ["127.0.0.1", other.httpsPort]);
  const looked = () => checkedIn(endpoints, { profile: both, probes: true });
  t.match(await looked(), { status: "ok", text: "2 of 2 can be used", problems: [] });
  await one.kill();
  const degraded = await looked();
  t.match(degraded, { status: "warn", text: "1 of 2 can be used" });
  t.ok(codesOf(degraded).includes("members-degraded"));
  await other.kill();
  const dead = await looked();
  t.match(dead, { status: "fail", text: "0 of 2 can be used" });
  t.ok(codesOf(dead).includes("members-unwell"));
});

t.test("a certificate that ends soon warns", async (t) => {
  const fresh = await vhsm(t);
  const lasting = profile(t, ["127.0.0.1", fresh.httpsPort]);
  t.match(await checkedIn(certificates, { profile: lasting, probes: true }), {
    status: "ok",
    text: /^valid for 36\d\d days or more/,
  });
  const folder = t.testdir({});
  const [key, cert] = [join(folder, "key"), join(folder, "cert")];
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      key,
      "-out",
      cert,
      "-days",
      "9",
      "-subj",
      "/CN=v",
    ],
    { stdio: "ignore" },
  );
  const ending = await vhsm(t, { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") });
  const seen = await checkedIn(certificates, {
    profile: profile(t, ["127.0.0.1", ending.httpsPort]),
    probes: true,
  });
  t.match(seen, { status: "warn", text: /^valid for 8 days or more/ });
  t.strictSame(codesOf(seen), ["doctor-certificate-ends"]);
  await ending.kill();
  await fresh.kill();
  t.match(await checkedIn(certificates, { profile: lasting, probes: true }), { status: "skipped" });
});

t.test("names resolve, or are told", async (t) => {
  t.match(await checkedIn(names, { profile: profile(t, ["127.0.0.1", 1]), probes: true }), {
    status: "ok",
    text: "all endpoints are addresses",
  });
  t.match(await checkedIn(names, { profile: profile(t, ["localhost", 1]), probes: true }), {
    status: "ok",
    text: "localhost",
  });
  const seen = await checkedIn(names, { profile: profile(t, ["no-such-vhsm.invalid", 1]), probes: true });
  t.match(seen, { status: "fail" });
  t.equal(codesOf(seen).length, 1);
});

t.test("nothing is sent with --no-probe, for an image, or without endpoints", async (t) => {
  const file = profile(t, ["127.0.0.1", 1]);
  for (const check of [names, endpoints, certificates]) {
    t.match(await checkedIn(check, { profile: file }), { status: "skipped", text: "--no-probe" });
    t.match(await checkedIn(check, { profile: file, probes: true, root: t.testdir({}) }), {
      status: "skipped",
      text: "the image does not run on this machine",
    });
    t.match(await checkedIn(check, { probes: true }), { status: "skipped", text: /^no endpoints are known/ });
  }
});
