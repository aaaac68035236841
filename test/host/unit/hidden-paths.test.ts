import t from "tap";
import type { Entry, Way } from "../../../src/host/host.js";
import { path } from "../../../src/host/path.js";
import { hidingProperties } from "../../../src/host/unit/hidden-paths.js";
import { unitSandbox } from "../../../src/host/unit/unit-sandbox.js";

const folder: Entry = {
  kind: "folder",
  ...{ mode: 0o755, uid: 0, gid: 0, size: 0, links: 1, device: 0n, inode: 0n },
};

/** A host with /lib as a link to /usr/lib, and folders everywhere else. */
const files = {
  way: (place: string): Way => {
    const names = place.split("/").filter(Boolean);
    return names[0] === "lib"
      ? { entries: [{ ...folder, kind: "link" }], link: "usr/lib" }
      : { entries: names.map(() => folder) };
  },
};

/** What hides the place in a unit with these properties. */
function hidden(place: string, properties: Readonly<Record<string, string>>): readonly string[] {
  const shown = new Map(Object.entries(properties).map(([name, text]) => [name, [text]]));
  return hidingProperties(unitSandbox(shown), files)
    .filter((one) => one.hides(path(place)))
    .map(({ property }) => property);
}

const module = "/usr/lib/x/libkNETPKCS11.so";
const cases: readonly (readonly [Readonly<Record<string, string>>, string, readonly string[]])[] = [
  [{ InaccessiblePaths: "-/usr/lib" }, module, ["InaccessiblePaths"]],
  [{ InaccessiblePaths: "/usr/li" }, module, []],
  [{ InaccessiblePaths: "/lib" }, module, ["InaccessiblePaths"]],
  [{ InaccessiblePaths: "/usr/lib/" }, "/lib/x", ["InaccessiblePaths"]],
  // nothing can be shown again in it
  [{ InaccessiblePaths: "/usr", BindPaths: "/usr/lib" }, module, ["InaccessiblePaths"]],
  [{ TemporaryFileSystem: "/usr:ro,size=1m" }, module, ["TemporaryFileSystem"]],
  [{ TemporaryFileSystem: "/usr:ro", BindReadOnlyPaths: "/usr/lib" }, module, []],
  [{ TemporaryFileSystem: "/usr:ro", BindReadOnlyPaths: "/srv:/usr/lib:norbind" }, module, []],
  [{ TemporaryFileSystem: "/usr:ro", BindReadOnlyPaths: "/usr/lib:/srv" }, module, ["TemporaryFileSystem"]],
  [{ ProtectHome: "yes" }, "/home/app/config.json", ["ProtectHome"]],
  [{ ProtectHome: "tmpfs" }, "/root/x", ["ProtectHome"]],
  [{ ProtectHome: "tmpfs", BindPaths: "/home/app" }, "/home/app/config.json", []],
  [{ ProtectHome: "read-only" }, "/home/app/config.json", []],
  // paths are those of another root
  [{ InaccessiblePaths: "/usr", RootDirectory: "/srv" }, module, []],
];

for (const [properties, place, expected] of cases)
  t.test(`${JSON.stringify(properties)}: ${place}`, async (t) => {
    t.same(hidden(place, properties), expected);
  });
