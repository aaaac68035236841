import { modeText } from "../../../formats/text/mode-text.js";
import { shellWord } from "../../../formats/text/shell-word.js";
import { standingBarrier } from "../../../host/unit/barrier.js";
import type { AbsolutePath } from "../../../host/path.js";
import { ownCommand } from "../../../host/own-command.js";
import { readableByWorld, writableByOthers } from "../../../host/mode-bits.js";
import { Problem } from "../../../problem/problem.js";
import { serviceHome } from "../../../profile/service-identity.js";
import { correctIt } from "../../../vendor/client-config/existing.js";
import { observeClientConfig } from "../../../vendor/client-config/observe-client-config.js";
import type { Around } from "../around.js";
import type { Check } from "../check.js";

export const config: Check = {
  id: "client-config",
  title: "the client's config.json is there, the service can read it, and nobody else can change it",
  look: async (around) => {
    const { host, service, account, profile } = around;
    const known = account();
    if (known === undefined && profile === undefined)
      return { skipped: `there is no user ${service.user}, and no profile was given` };
    const home = serviceHome(service, known);
    const { path, file, unseenReason = "" } = observeClientConfig(host, home, known?.uid, correctIt);
    if (file === "missing") return { skipped: `there is no ${path} yet` };
    if (file === "unseen") return { skipped: `needs root: ${path} (${unseenReason})` };
    return { text: path, problems: [...open(path, around), ...(await closed(path, around))] };
  },
};

/** It says where PINs are sent: who can write it can have them sent elsewhere. */
function open(path: AbsolutePath, { host, account }: Around): readonly Problem[] {
  const entry = host.files(...ownersOf(account())).entry(path);
  if (entry === undefined || (entry.uid === 0 && (entry.mode & (writableByOthers | readableByWorld)) === 0))
    return [];
  const owner = host.accounts.userName(entry.uid);
  const isOthers = (entry.mode & writableByOthers) !== 0;
  return [
    new Problem(
      "doctor-config-open",
      isOthers
        ? "others can change config.json, which says where PINs are sent"
        : "config.json is not as knetctl leaves it",
      {
        severity: isOthers ? "error" : "warning",
        where: { path },
        detail: `owner ${owner}, mode ${modeText(entry.mode)}; it should be root's, 0640`,
        hint: `${ownCommand(host, "apply PROFILE")} puts it right`,
      },
    ),
  ];
}

async function closed(path: AbsolutePath, { host, reader }: Around): Promise<readonly Problem[]> {
  const known = await reader();
  if (known === undefined) return [];
  const { user } = known;
  const barrier = await standingBarrier(host, host.files(known.uid), path, known);
  if (barrier === undefined) return [];
  const { entry, certain } = barrier;
  const rights =
    `${host.accounts.userName(entry.uid)}:${host.accounts.groupName(entry.gid)} ` + modeText(entry.mode);
  return [
    new Problem("doctor-config-closed", `the service user ${JSON.stringify(user)} cannot read config.json`, {
      severity: certain ? "error" : "warning",
      where: { path: barrier.path },
      detail:
        entry.kind === "folder"
          ? `this folder (${rights}) keeps it from ${path}: the module gives CKR_GENERAL_ERROR`
          : `this file (${rights}) is closed to that user: the module gives CKR_GENERAL_ERROR`,
      hint: `see it as that user does: runuser -u ${shellWord(user)} -- cat ${shellWord(path)}`,
    }),
  ];
}

function ownersOf(account: ReturnType<Around["account"]>): readonly number[] {
  return account === undefined ? [] : [account.uid];
}
