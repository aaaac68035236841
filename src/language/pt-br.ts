import commandLine from "./pt-br/command-line.json" with { type: "json" };
import commands from "./pt-br/commands.json" with { type: "json" };
import doctor from "./pt-br/doctor.json" with { type: "json" };
import formats from "./pt-br/formats.json" with { type: "json" };
import ha from "./pt-br/ha.json" with { type: "json" };
import host from "./pt-br/host.json" with { type: "json" };
import init from "./pt-br/init.json" with { type: "json" };
import installer from "./pt-br/installer.json" with { type: "json" };
import keyStores from "./pt-br/key-stores.json" with { type: "json" };
import members from "./pt-br/members.json" with { type: "json" };
import page from "./pt-br/page.json" with { type: "json" };
import pkcs11 from "./pt-br/pkcs11.json" with { type: "json" };
import profile from "./pt-br/profile.json" with { type: "json" };
import profileKeyStores from "./pt-br/profile-key-stores.json" with { type: "json" };
import stage from "./pt-br/stage.json" with { type: "json" };
import steps from "./pt-br/steps.json" with { type: "json" };
import ui from "./pt-br/ui.json" with { type: "json" };
import vhsm from "./pt-br/vhsm.json" with { type: "json" };
import worker from "./pt-br/worker.json" with { type: "json" };
import workflow from "./pt-br/workflow.json" with { type: "json" };
import type { Speech } from "./spoken.js";
import { translator } from "./translator.js";

/** The catalogue: English texts of the source, with numbered values, and what they are in Portuguese. */
const files: readonly Readonly<Record<string, string>>[] = [
  commandLine,
  commands,
  doctor,
  formats,
  ha,
  host,
  init,
  installer,
  keyStores,
  members,
  page,
  pkcs11,
  profile,
  profileKeyStores,
  stage,
  steps,
  ui,
  vhsm,
  worker,
  workflow,
];

/**
 * Brazilian Portuguese. `accents`: whether they can be shown; a locale that is not UTF-8 gets plain letters.
 * Loaded only where it is spoken, and free of Node's modules, so that a page can use it too.
 */
export function portuguese(accents: boolean, keyOf?: (text: string) => string): Speech {
  const plain = accents ? (text: string): string => text : withoutAccents;
  const entries = files.flatMap((file) =>
    Object.entries(file).map(([english, other]) => [english, plain(other)] as const),
  );
  return { ...translator(entries, keyOf), yes: { letter: "s", words: ["s", "sim"] } };
}

function withoutAccents(text: string): string {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
}
