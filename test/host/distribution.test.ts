import { test } from "tap";
import { installHint, parseOsRelease } from "../../src/host/distribution.js";

test("whose packages a host has is told by os-release", (t) => {
  const told = (text: string) => parseOsRelease(text);
  t.same(
    [
      told('PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n'),
      told("ID=ubuntu\nID_LIKE=debian\n"),
      told('ID="rhel"\nID_LIKE="fedora"\n'),
      told('ID="ol"\n'),
      told('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n'),
      told("ID=alpine\n"),
      told("ID=pop\nID_LIKE='ubuntu debian'\n"),
      told("ID=arch\n"),
      told(""),
    ],
    ["debian", "debian", "fedora", "fedora", "suse", "alpine", "debian", "other", "other"],
  );
  t.end();
});

test("the command is the distribution's", (t) => {
  const names = { debian: "xz-utils", fedora: "xz" };
  t.same(
    (["debian", "fedora", "suse", "alpine", "other"] as const).map((distribution) =>
      installHint(distribution, names),
    ),
    [
      "run apt-get install xz-utils",
      "run dnf install xz",
      "run zypper install xz",
      "run apk add xz",
      "install the package xz (xz-utils on Debian)",
    ],
  );
  t.end();
});
