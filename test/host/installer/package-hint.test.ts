import t, { test } from "tap";
import { packageHint } from "../../../src/host/installer/package-hint.js";

const deb = (before?: string, now?: string, name = "kryptus:amd64") =>
  packageHint({ name, before, now }, "debian");

test(
  "a package that install.sh removed or replaced comes back with the version that was there, by the " +
    "host's own program",
  (t) => {
    t.equal(
      deb("1.2-3 installed"),
      "apt-get install kryptus:amd64=1.2-3 brings it back; apt-cache policy kryptus shows whether a " +
        "source still has it",
    );
    t.match(deb("1.2-3 installed", undefined, "tzdata:all"), /^apt-get install tzdata=1\.2-3 /);
    t.match(
      deb("1.2-3 installed", "2.0-1 installed"),
      /^apt-get install --allow-downgrades kryptus:amd64=1\.2-3 brings it back/,
    );
    t.equal(
      deb("1.2-3 installed", "1.2-3 half-configured"),
      "apt-get install --reinstall kryptus:amd64 repairs it (1.2-3 installed before, 1.2-3 " +
        "half-configured now)",
    );
    const rpm = (distribution: "fedora" | "suse" | "other", now?: string) =>
      packageHint({ name: "kryptus.x86_64", before: "1.2-3.el9 rpm", now }, distribution);
    t.equal(rpm("fedora"), "dnf install kryptus-1.2-3.el9.x86_64 brings it back");
    t.equal(rpm("fedora", "2.0-1.el9 rpm"), "dnf downgrade kryptus-1.2-3.el9.x86_64 brings it back");
    t.equal(rpm("suse"), "zypper install kryptus.x86_64=1.2-3.el9 brings it back");
    t.match(rpm("other"), /kryptus-1\.2-3\.el9\.x86_64/);
    t.end();
  },
);

t.equal(deb(undefined, "1.7 installed"), "apt-get purge kryptus removes it");
t.equal(
  packageHint({ name: "kryptus.x86_64", before: undefined, now: "1.7-1 rpm" }, "fedora"),
  "rpm -e kryptus.x86_64 removes it",
);
