import type { Check } from "./check.js";
import { account } from "./client/account.js";
import { config } from "./client/config.js";
import { consumers } from "./client/consumers.js";
import { loader } from "./client/loader.js";
import { module } from "./client/module.js";
import { unit } from "./client/unit.js";
import { archive } from "./inputs/archive.js";
import { pinFiles } from "./inputs/pin-files.js";
import { profile, profileRights } from "./inputs/profile.js";
import { clock, timeSync } from "./machine/clock.js";
import { diskSpace, mounts } from "./machine/disk.js";
import { fips, kernel, namespaces, proc } from "./machine/kernel.js";
import { architecture, cLibrary } from "./machine/platform.js";
import { limits, preload, umask } from "./machine/process.js";
import { securityModule } from "./machine/security-module.js";
import { stage } from "./machine/stage.js";
import { systemd } from "./machine/systemd.js";
import { toolsCheck } from "./machine/tools.js";
import { certificates } from "./network/certificates.js";
import { endpoints } from "./network/endpoints.js";
import { names } from "./network/names.js";
import { history } from "./own/history.js";
import { lock } from "./own/lock.js";
import { refused } from "./own/refused-pins.js";
import { state } from "./own/state.js";
import { addon } from "./program/addon.js";
import { caches } from "./program/caches.js";
import { node } from "./program/node.js";
import { programFolder, started } from "./program/program-folder.js";

/** Every check, as they are shown: the program, the machine, what is on it, the network. */
export const checks: readonly Check[] = [
  ...[started, programFolder, caches, addon, node],
  ...[kernel, architecture, cLibrary, namespaces, stage, proc, toolsCheck, systemd],
  ...[securityModule, fips, preload, limits, umask, diskSpace, mounts, clock, timeSync],
  ...[state, history, lock, refused],
  ...[profile, profileRights, pinFiles, archive],
  ...[loader, module, account, config, unit, consumers],
  ...[names, endpoints, certificates],
];
