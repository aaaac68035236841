import { createAccount } from "./create-account.js";
import { createLink } from "./create-link.js";
import { createFolder } from "./create-folder.js";
import { installFile } from "./install-file.js";
import { refreshLoaderCache } from "./refresh-loader-cache.js";
import { registerLibrary } from "./register-library.js";
import { removeEntry } from "./remove-entry.js";
import { restartService } from "./restart-service.js";
import { runInstaller } from "./run-installer.js";
import { setAttributes } from "./set-attributes.js";
import { setMode } from "./set-mode.js";
import { setOwner } from "./set-owner.js";
import { writeFile } from "./write-file.js";
import { writeSettings } from "./write-settings.js";

/** Every kind of change: the only list of them. Everything else that distinguishes kinds asks the kind. */
export const changeKinds = {
  "create-account": createAccount,
  "create-folder": createFolder,
  "write-file": writeFile,
  "write-settings": writeSettings,
  "set-owner": setOwner,
  "set-mode": setMode,
  "set-attributes": setAttributes,
  "run-installer": runInstaller,
  "install-file": installFile,
  "create-link": createLink,
  "remove-entry": removeEntry,
  "refresh-loader-cache": refreshLoaderCache,
  "register-library": registerLibrary,
  "restart-service": restartService,
};
