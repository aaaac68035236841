import { isServiceUnit } from "../../../formats/systemd/unit-name.js";
import { readdirSync } from "node:fs";
import { unitFileLines } from "../../../formats/systemd/unit-file.js";
import type { Host } from "../../../host/host.js";
import { type AbsolutePath, joined } from "../../../host/path.js";
import { Problem, Problems } from "../../../problem/problem.js";
import { usualServiceUser, isClientArchive } from "../../../vendor/client.js";
import { describeHost, unitFolders } from "../describe-host.js";
import type { DescribedHost } from "../../../description/profile-text.js";
import type { Found, FoundUnit } from "./scene.js";

/** What is on the host already; what cannot be read is not offered. */
export async function foundOnHost(host: Host, workingFolder: AbsolutePath, user: string): Promise<Found> {
  return {
    archives: archivesIn(workingFolder),
    units: unitsOf(host),
    described: await descriptionOf(host, user),
  };
}

/** By version: 1.10.0 is newer than 1.9.0. */
function archivesIn(folder: AbsolutePath): readonly string[] {
  return readdirSync(folder)
    .filter((name) => isClientArchive(name))
    .sort((left, right) => right.localeCompare(left, "en", { numeric: true }));
}

/** Accounts that run something here: the usual application's, and those of the units. */
export function accountsOf({ accounts }: Host, units: readonly FoundUnit[]): readonly string[] {
  return [
    ...new Set([
      ...(accounts.user(usualServiceUser) === undefined ? [] : [usualServiceUser]),
      ...units.flatMap(({ user }) => (user === undefined ? [] : [user])),
    ]),
  ];
}

/** Those that the administrator made, and the usual application's, wherever it is. */
export function unitsOf(host: Host): readonly FoundUnit[] {
  const found = new Map<string, FoundUnit>();
  for (const [index, folder] of unitFolders.entries())
    for (const name of namesIn(host, folder)) {
      const isWanted = index === 0 || name.startsWith(`${usualServiceUser}.`);
      if (!isWanted || found.has(name)) continue;
      const text = textOf(host, joined(folder, name));
      if (text !== undefined) found.set(name, { name, user: userIn(text) });
    }
  return [...found.values()];
}

function namesIn(host: Host, folder: AbsolutePath): readonly string[] {
  const entries = quietly(() => host.files().list(folder)) ?? [];
  return entries.flatMap(({ name, kind }) =>
    kind === "file" && !/[@\\]/.test(name) && isServiceUnit(name) ? [name] : [],
  );
}

function textOf(host: Host, path: AbsolutePath): string | undefined {
  return quietly(() => host.files().read(path)?.toString("utf8"));
}

function userIn(text: string): string | undefined {
  const last = unitFileLines(text).findLast(({ section, name }) => section === "Service" && name === "User");
  return last === undefined || last.value === "" ? undefined : last.value;
}

async function descriptionOf(host: Host, user: string): Promise<DescribedHost | undefined> {
  try {
    const described = await describeHost(host, { user, targets: undefined });
    return described.users.size > 0 ? described : undefined;
  } catch (error) {
    if (error instanceof Problem || error instanceof Problems) return undefined;
    throw error;
  }
}

function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
