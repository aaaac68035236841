import { writeFile } from "node:fs/promises";
import { renderTemplate } from "../formats/template.js";
import { joined, type AbsolutePath } from "../host/path.js";
import type { Cluster } from "../simulator/cluster.js";

/**
 * Writes the users' PINs, each into a file of its own, and the profile that names them, with a key store for
 * each or none; returns the profile's path.
 */
export async function writeDemoProfile(
  folder: AbsolutePath,
  cluster: Cluster,
  archive: { path: string; sha256: string },
  keyStores: boolean,
): Promise<AbsolutePath> {
  const users = cluster.users.map(({ name, pin }) => ({ name, pin, pinFile: joined(folder, `${name}.pin`) }));
  for (const { pin, pinFile } of users) await writeFile(pinFile, pin.reveal(), { mode: 0o600 });
  const profile = joined(folder, "profile.yaml");
  const endpoints = cluster.endpoints.map(({ https }) => https);
  await writeFile(
    profile,
    await renderTemplate("demo-profile.yaml", {
      endpoints,
      users,
      archive: archive.path,
      sha256: archive.sha256,
      keyStores,
    }),
  );
  return profile;
}
