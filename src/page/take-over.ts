import { clientConfigKeys } from "../vendor/client.js";
import { type DescribedStores, describeStores } from "../description/describe-stores.js";
import { describeClientConfig } from "../description/describe-client-config.js";
import { profileContent } from "../description/profile-text.js";
import { isList, type JsonData } from "../formats/json/json-text.js";
import { parseJson } from "../formats/json/json-tree.js";
import { foldKey, type SettingsForm } from "../formats/settings/settings-text.js";
import { asAbsolutePath, path as literal } from "../host/path.js";
import type { Problem, ProblemJson } from "../problem/problem.js";
import { isError, toProblems } from "../profile/finding.js";
import { formByName } from "../profile/key-stores/amplia.js";
import { readProfile } from "../profile/reading/read-profile.js";
import { decodeSource } from "../profile/reading/source-text.js";
import type { SettingsTarget } from "../profile/types.js";
import { decodedSettings, readableSettings } from "../steps/key-stores/readable-settings.js";
import { defaultStoreKey } from "../steps/key-stores/setting-names.js";
import { existingText } from "../vendor/client-config/existing.js";
import { dataOf, type DataMap, isMap, mapAt, dataFrom } from "./data.js";
import { problemsIn } from "./outputs.js";

/** What a file was, and what the form has then. */
export type TakenOver =
  | {
      readonly is: "profile" | "client-config" | "settings";
      readonly data: DataMap;
      readonly notes: readonly string[];
    }
  | { readonly is: "report"; readonly report: unknown }
  | { readonly is: "unusable"; readonly problems: readonly ProblemJson[] };

/**
 * Reads a file as `knetctl init --from-host` and the other commands do: a profile, the client's config.json,
 * the application's settings, or a report of `ha probe`, `ha prove` or `ha drill`. What the form has besides
 * stays, unless the file is a profile. Secrets in it are left out.
 */
export async function takeOver(bytes: Uint8Array, name: string, data: DataMap): Promise<TakenOver> {
  try {
    const { text } = decodeSource(bytes, name);
    const kind = kindOf(text, name);
    switch (kind.is) {
      case "report":
        return { is: "report", report: JSON.parse(text) };
      case "client-config":
        return clientConfig(bytes, data);
      case "settings":
        return await settings(bytes, name, kind.form, data);
      case "profile":
        return await profile(bytes, name);
    }
  } catch (error) {
    const problems = problemsIn(error);
    if (problems.length === 0) throw error;
    return { is: "unusable", problems };
  }
}

type Kind =
  | { readonly is: "report" | "client-config" | "profile" }
  | { readonly is: "settings"; readonly form: SettingsForm };

/** By what is in it; a name alone says little of a file that was sent by mail. */
function kindOf(text: string, name: string): Kind {
  if (/^\ufeff?\s*\{/.test(text)) return jsonKind(text);
  if (/^[ \t]*\[KeyStores:/im.test(text)) return { is: "settings", form: "ini" };
  if (/^[ \t]*KeyStores__\w+=(["'])/im.test(text)) return { is: "settings", form: "systemd" };
  if (/^[ \t]*KeyStores__/im.test(text)) return { is: "settings", form: "env" };
  const form = formByName(name);
  return form === undefined || form === "json" ? { is: "profile" } : { is: "settings", form };
}

function jsonKind(text: string): Kind {
  const parsed = parseJson(text);
  // with comments it can be settings only, and what else is wrong is best told by who reads them
  if ("faults" in parsed) return /"KeyStores"/i.test(text) ? settingsInJson : { is: "profile" };
  if (parsed.root.kind !== "object") return { is: "profile" };
  const keys = [...parsed.root.members.keys()];
  const has = (key: string): boolean => keys.includes(key);
  if (has("scenarios") || (has("endpoints") && has("at"))) return { is: "report" };
  if (parsed.root.members.get("connections")?.value.kind === "array") return { is: "report" };
  if (keys.some((key) => /^keystores(?:$|[:])|^amplia$/i.test(key) && key !== "amplia"))
    return settingsInJson;
  const known: ReadonlySet<string> = new Set(clientConfigKeys.top);
  const isClients = has("connections") && keys.every((key) => known.has(key)) && !/"endpoints"/.test(text);
  return { is: isClients ? "client-config" : "profile" };
}

const settingsInJson: Kind = { is: "settings", form: "json" };

async function profile(bytes: Uint8Array, name: string): Promise<TakenOver> {
  const reading = await readProfile(bytes, name);
  if (!("document" in reading)) return unusable(reading.problems);
  const { root, findings, source } = reading.document;
  // a key that is there twice, an alias: the form would silently have less than the file
  if (findings.some(isError)) return unusable(toProblems(findings, source));
  const data = dataOf(root);
  if (isMap(data)) return { is: "profile", data: withEndpoints(data), notes: [] };
  return {
    is: "unusable",
    problems: [
      {
        code: "profile-value-invalid",
        severity: "error",
        title: "the file is not a profile",
        hint: "choose a profile, a config.json, settings of Amplia, or the JSON of ha probe, prove or drill",
      },
    ],
  };
}

function unusable(problems: readonly Problem[]): TakenOver {
  return { is: "unusable", problems: problems.map((problem) => problem.toJSON()) };
}

/** Connections in the client's own form, which say the same, as the form has fields for them. */
function withEndpoints(data: DataMap): DataMap {
  const connections = data.get("connections");
  if (!isMap(connections)) return data;
  const changed = new Map(
    [...connections].map(([name, connection]) => [
      name,
      isMap(connection) ? inOurForm(connection) : connection,
    ]),
  );
  return new Map([...data].map(([key, value]) => [key, key === "connections" ? changed : value]));
}

/** As it is, if there are not as many ports as addresses: the form then says what is wrong. */
function inOurForm(connection: DataMap): DataMap {
  const [ips, ports] = ["ip", "port"].map((key) => listed(connection.get(key)));
  if (connection.has("endpoints") || ips === undefined || ports?.length !== ips.length) return connection;
  const endpoints = ips.map(
    (ip, at) =>
      new Map([
        ["ip", ip],
        ["port", ports[at] ?? null],
      ]),
  );
  const others = [...connection].filter(([key]) => key !== "ip" && key !== "port");
  return new Map<string, JsonData>([["endpoints", endpoints], ...others]);
}

function listed(value: JsonData | undefined): readonly JsonData[] | undefined {
  if (value === undefined || isMap(value)) return undefined;
  return isList(value) ? value : [value];
}

function clientConfig(bytes: Uint8Array, data: DataMap): TakenOver {
  const path = literal("/config.json");
  const { root } = existingText(bytes, path);
  if (root === undefined) return { is: "client-config", data, notes: ["config.json is empty"] };
  const described = describeClientConfig(root, path);
  const found = dataFrom(profileContent({ ...described, service: new Map(), stores: [] }));
  return {
    is: "client-config",
    data: joined(data, found, clientConfigKeys.top),
    notes: described.comments,
  };
}

async function settings(
  bytes: Uint8Array,
  name: string,
  form: SettingsForm,
  data: DataMap,
): Promise<TakenOver> {
  const path = asAbsolutePath(`/etc/amplia/${name}`) ?? literal("/etc/amplia/appsettings");
  const target: SettingsTarget = { path, form };
  const { settings: found } = await readableSettings(decodedSettings(bytes, path), path, form);
  const { stores, left }: DescribedStores = describeStores(found, target, [...mapAt(data, ["users"]).keys()]);
  const usual = found.find(({ key }) => foldKey(key) === foldKey(defaultStoreKey))?.value;
  const content = profileContent({
    comments: [],
    connections: new Map(),
    users: new Map(),
    service: new Map(),
    stores,
    ...(usual !== undefined && stores.some((store) => store.name === usual) && { defaultKeyStore: usual }),
  });
  return {
    is: "settings",
    data: joined(data, dataFrom(content), ["key_stores", "default_key_store"]),
    notes: [...stores.flatMap(({ comments }) => comments), ...left],
  };
}

/** The form's data with these parts as they were found; parts that were not found stay. */
function joined(data: DataMap, found: DataMap, parts: readonly string[]): DataMap {
  return new Map([...data, ...[...found].filter(([key]) => parts.includes(key))]);
}
