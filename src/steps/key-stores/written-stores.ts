import { fieldsOf } from "../../formats/json/json-values.js";
import { formName, type SettingsForm, settingsForms } from "../../formats/settings/settings-text.js";
import { type AbsolutePath, asAbsolutePath, joined, stateFolder } from "../../host/path.js";
import { Problem, Problems } from "../../problem/problem.js";
import type { StepRecord } from "../../workflow/change-kinds/shared/step-record.js";
import type { WantedFile } from "./wanted.js";

/** What knetctl wrote into one settings file for one service user. */
export interface WrittenFile {
  readonly path: AbsolutePath;
  readonly form: SettingsForm;
  /** The service user of the profile: profiles of different services leave each other's key stores alone. */
  readonly service: string;
  /** Key stores whose sections knetctl made. */
  readonly keyStores: readonly string[];
  /** The default key store that knetctl set. */
  readonly defaultKeyStore?: string;
}

export const writtenStoresFile = joined(stateFolder, "key-stores.json");

/** The record; `key-store-receipt-invalid` for a damaged one. */
export const storesRecord: StepRecord<WrittenFile> = {
  step: "key-stores",
  path: writtenStoresFile,
  list: "files",
  entry: writtenFile,
  damaged: () =>
    new Problem("key-store-receipt-invalid", "the record of the key stores that knetctl wrote is damaged", {
      where: { path: writtenStoresFile },
      hint: "move the file away: the key stores written so far then count as not knetctl's, and are kept",
    }),
};

/**
 * One file has one form, and rights for one service. Throws Problems (`settings-other-…`) where what the
 * profile wants of a file is not what the record says about it.
 */
export function refuseClashes(
  wanted: readonly WantedFile[],
  written: readonly WrittenFile[],
  service: string,
): void {
  const clashes = wanted.flatMap(({ target }) =>
    written
      .filter(({ path }) => path === target.path)
      .flatMap((one) => {
        if (one.service !== service) return [otherService(one)];
        return one.form === target.form ? [] : [otherForm(one, formName(target.form))];
      }),
  );
  if (clashes.length > 0) throw new Problems(clashes);
}

function otherService({ path, service }: WrittenFile): Problem {
  return new Problem(
    "settings-other-service",
    "these settings were written by knetctl for another service user",
    {
      where: { path },
      detail: `for ${JSON.stringify(service)}; only that user's group may read them`,
      hint: "give these key stores a separate target",
    },
  );
}

function otherForm({ path, form }: WrittenFile, wanted: string): Problem {
  return new Problem(
    "settings-other-form",
    `the profile says that the settings are ${wanted}, but knetctl wrote them as ${formName(form)}`,
    {
      where: { path },
      hint: "name another file, or remove the key stores from this one first: apply with key_stores: {}",
    },
  );
}

/**
 * What is recorded, in an order that does not depend on the profile; files about which there is nothing to
 * record are left out.
 */
export function recordedFiles(written: readonly WrittenFile[]): readonly WrittenFile[] {
  return written
    .filter(({ keyStores, defaultKeyStore }) => keyStores.length > 0 || defaultKeyStore !== undefined)
    .sort(byPathAndService);
}

/** By code units: the same in every locale. */
function byPathAndService(a: WrittenFile, b: WrittenFile): number {
  const [one, other] = [a, b].map(({ path, service }) => `${path}\0${service}`);
  if (one === other || one === undefined || other === undefined) return 0;
  return one < other ? -1 : 1;
}

function writtenFile(json: unknown): WrittenFile | undefined {
  const { path, form, service, keyStores, defaultKeyStore } = fieldsOf(json);
  const checked = typeof path === "string" ? asAbsolutePath(path) : undefined;
  const knownForm = settingsForms.find((known) => known === form);
  if (checked === undefined || knownForm === undefined || typeof service !== "string" || !isTexts(keyStores))
    return undefined;
  if (defaultKeyStore !== undefined && typeof defaultKeyStore !== "string") return undefined;
  return {
    path: checked,
    form: knownForm,
    service,
    keyStores,
    ...(defaultKeyStore !== undefined && { defaultKeyStore }),
  };
}

function isTexts(json: unknown): json is readonly string[] {
  return Array.isArray(json) && json.every((item) => typeof item === "string");
}
