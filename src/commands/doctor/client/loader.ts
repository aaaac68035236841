import { loaderEntry } from "../../../host/installer/loader-entry.js";
import { registrationOf } from "../../../host/installer/registration.js";
import { folderOf } from "../../../host/path.js";
import { ownCommand } from "../../../host/own-command.js";
import { Problem } from "../../../problem/problem.js";
import { notFound, shadowed } from "../../../steps/module/problems.js";
import { clientModule } from "../../../vendor/client.js";
import type { Check } from "../check.js";

export const loader: Check = {
  id: "loader",
  title: "the dynamic loader finds the client, now and after the next ldconfig",
  look: ({ host, profile, receipt }) => {
    const library = receipt()?.library;
    const found = registrationOf(host.files(), clientModule, library);
    switch (found.state) {
      case "registered":
        return { text: found.path };
      case "other":
        return { text: found.path, problems: [shadowed(found.path, library ?? found.path)] };
      case "fading":
        return {
          text: found.path,
          problems: [
            new Problem("doctor-loader-stale", `the next ldconfig makes the loader forget ${clientModule}`, {
              severity: "warning",
              where: { path: found.path },
              detail:
                `no file in /etc/ld.so.conf.d names ${folderOf(found.path)} any more; only the loader's ` +
                "cache does",
              hint:
                `add a line with that folder to ${loaderEntry}, or run ` + ownCommand(host, "apply PROFILE"),
            }),
          ],
        };
      case "missing":
        if (library !== undefined)
          return {
            text: "not found",
            problems: [
              new Problem("doctor-loader-stale", `the dynamic loader does not find ${clientModule}`, {
                where: { path: library },
                detail: "it was installed there; the loader's cache or its configuration lacks it",
                hint: `run ldconfig; if that is not enough, run ${ownCommand(host, "apply PROFILE")}`,
              }),
            ],
          };
        return profile === undefined || profile.module !== undefined
          ? { skipped: "the client is not installed yet" }
          : { text: "not found", problems: [notFound(host)] };
    }
  },
};
