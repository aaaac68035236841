import { usualServiceUser } from "../../vendor/client.js";
import { file, rootOption, text } from "../command-line/options.js";

/** The name of a connection, required or optional. */
export const connectionWord = {
  type: "string",
  mayBeEmpty: true,
  names: "connections",
  describe: "name of the connection",
} as const;

const endpointForm = "IP:PORT or [IPv6]:PORT";

export const endpointWord = {
  type: "string",
  demandOption: true,
  form: endpointForm,
  describe: endpointForm,
} as const;

/** An endpoint that the connection has. */
export const memberWord = { ...endpointWord, names: "endpoints" } as const;
export const membersWord = { ...memberWord, array: true } as const;

export const endpointsWord = { ...endpointWord, array: true } as const;

/** Where `add` puts new endpoints. */
export const placeOptions = {
  first: { type: "boolean", conflicts: "before", describe: "at the front instead" },
  before: {
    ...text(`before this endpoint instead: ${endpointForm}`, "ENDPOINT"),
    names: "endpoints",
  },
} as const;

/** Where connections are read from, apart from --profile, which also says something about endpoints. */
export const sourceNames = ["config", "user", "home", "root"] as const;

/**
 * For the verbs that read connections and change nothing. Options that conflict would otherwise be ignored.
 */
export const sourceOptions = {
  profile: {
    ...file("the connections of this profile; ha probe uses its fingerprints too"),
    conflicts: sourceNames,
  },
  config: { ...file("the connections of this config.json"), conflicts: ["user", "home", "root"] },
  user: text(`the service user, whose config.json is read (default: ${usualServiceUser})`, "USER"),
  home: file("its home (default: as in its passwd entry)", "FOLDER"),
  root: rootOption,
} as const;

/** The usual user is not a default in the parser: it would conflict with every --profile and --config. */
export function withUser<T extends { readonly user?: string | undefined }>(
  args: T,
): T & { readonly user: string } {
  return { ...args, user: args.user ?? usualServiceUser };
}
