import { fieldsOf } from "../../formats/json/json-values.js";
import { formName, type SettingsForm, settingsForms } from "../../formats/settings/settings-text.js";
import type { Files } from "../../host/host.js";
import { type AbsolutePath, asAbsolutePath, joined, stateFolder } from "../../host/path.js";
import { Problem, Problems } from "../../problem/problem.js";
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

/**
 * The record and its text; no text if there is no record. Throws `key-store-receipt-invalid` for a damaged
 * one. Only root can read it.
 */
export function readWrittenStores(files: Files): {
  readonly text: string | undefined;
  readonly written: readonly WrittenFile[];
} {
  const text = files.read(writtenStoresFile)?.toString("utf8");
  if (text === undefined) return { text, written: [] };
  const written = parsed(text);
  if (written !== undefined) return { text, written };
  throw new Problem(
    "key-store-receipt-invalid",
    "the record of the key stores that knetctl wrote is damaged",
    {
      where: { path: writtenStoresFile },
      hint: "move the file away: the key stores written so far then count as not knetctl's, and are kept",
    },
  );
}

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
 * The text of the record, which does not depend on the profile for which it is written; files about which
 * nothing is recorded are left out.
 */
export function writtenStoresText(written: readonly WrittenFile[]): string {
  const files = written
    .filter(({ keyStores, defaultKeyStore }) => keyStores.length > 0 || defaultKeyStore !== undefined)
    .sort(byPathAndService);
  return `${JSON.stringify({ format: 1, files }, null, 1)}\n`;
}

/** By code units: the same in every locale. */
function byPathAndService(a: WrittenFile, b: WrittenFile): number {
  const [one, other] = [a, b].map(({ path, service }) => `${path}\0${service}`);
  if (one === other || one === undefined || other === undefined) return 0;
  return one < other ? -1 : 1;
}

function parsed(text: string): readonly WrittenFile[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { format, files } = fieldsOf(json);
  if (format !== 1 || !Array.isArray(files)) return undefined;
  const written = files.map(writtenFile);
  return written.every((file) => file !== undefined) ? written : undefined;
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
