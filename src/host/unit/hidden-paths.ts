import type { Files } from "../host.js";
import { Problem } from "../../problem/problem.js";
import { resolveLinks } from "../installer/resolve-links.js";
import { type AbsolutePath, asAbsolutePath } from "../path.js";
import type { SandboxProperty, UnitSandbox } from "./unit-sandbox.js";

/** A property of a unit that hides files and folders from its processes. */
export interface Hiding {
  readonly property: SandboxProperty;
  /** Whether what is at this path, links followed, is hidden with all below it. */
  hides(path: AbsolutePath): boolean;
}

/** ProtectHome= (systemd.exec(5)). */
const homes = ["/home", "/root", "/run/user"];

/** In another root, paths mean something else; an image may show anything. */
const moved: readonly SandboxProperty[] = [
  "RootDirectory",
  "RootImage",
  "MountImages",
  "ExtensionImages",
  "ExtensionDirectories",
];

/**
 * What the unit certainly hides: InaccessiblePaths=, in which nothing can be shown again, ProtectHome= and
 * TemporaryFileSystem=, in which BindPaths= and BindReadOnlyPaths= can (systemd.exec(5)).
 */
export function hidingProperties(sandbox: UnitSandbox, files: Pick<Files, "way">): readonly Hiding[] {
  if (moved.some((property) => sandbox.has(property))) return [];
  const real = (path: string): string => {
    const known = asAbsolutePath(path.replace(/(?<=.)\/+$/, ""));
    try {
      return (known && resolveLinks(files, known)) ?? path;
    } catch (error) {
      // a folder of somebody else on the way
      if (error instanceof Problem) return path;
      throw error;
    }
  };
  const shownAgain = ["BindPaths" as const, "BindReadOnlyPaths" as const].flatMap((property) =>
    sandbox.words(property).map((word) => real(boundPlace(word))),
  );
  const hiding = (
    property: SandboxProperty,
    folders: readonly string[],
    shown: readonly string[],
  ): readonly Hiding[] => {
    const hidden = folders.map(real);
    const hides = (path: AbsolutePath): boolean => {
      const place = real(path);
      return hidden.some((one) => isBelow(place, one)) && !shown.some((one) => isBelow(place, one));
    };
    return folders.length === 0 ? [] : [{ property, hides }];
  };
  const inaccessible = sandbox.paths("InaccessiblePaths").map(({ path }) => path);
  const empty = sandbox.words("TemporaryFileSystem").map((word) => word.split(":")[0] ?? "");
  const areHomesHidden = /^(?:yes|tmpfs)$/.test(sandbox.texts.get("ProtectHome") ?? "");
  return [
    ...hiding("InaccessiblePaths", inaccessible, []),
    ...hiding("ProtectHome", areHomesHidden ? homes : [], shownAgain),
    ...hiding("TemporaryFileSystem", empty, shownAgain),
  ];
}

/** `[-]SOURCE[:PLACE[:OPTIONS]]`; where a colon is escaped, it may be anywhere. */
function boundPlace(word: string): string {
  if (word.includes("\\")) return "/";
  const [source = "", place = source] = word.replace(/^[-+]+/, "").split(":");
  return place;
}

function isBelow(place: string, folder: string): boolean {
  return folder === "/" || `${place}/`.startsWith(`${folder}/`);
}
