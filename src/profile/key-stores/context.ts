import type { Finding } from "../finding.js";
import { entriesOf, type Entry, type TreeNode } from "../reading/tree.js";
import { unknownNames } from "../words/unknown-names.js";
import { ampliaVersionOf, type AmpliaVersion } from "./amplia-version.js";

/** What a key store's check knows of the rest of the profile. */
export interface Context {
  readonly users: ReadonlyMap<string, Entry>;
  readonly connections: ReadonlyMap<string, Entry>;
  /** Amplia's; undefined: not known. */
  readonly version: AmpliaVersion | undefined;
  /** Finds that the text names no user of the profile. */
  readonly unknownUser: (node: TreeNode | undefined) => readonly Finding[];
  readonly unknownLabel: (node: TreeNode | undefined) => readonly Finding[];
  readonly unknownConnection: (node: TreeNode | undefined) => readonly Finding[];
}

export function contextOf(root: TreeNode): Context {
  const users = new Map(entriesOf(root, "users").map((entry) => [entry.key, entry]));
  const connections = new Map(entriesOf(root, "connections").map((entry) => [entry.key, entry]));
  return {
    users,
    connections,
    version: ampliaVersionOf(root),
    unknownUser: unknownNames([...users.keys()], {
      code: "profile-user-unknown",
      title: "key store's user is not in the profile",
      hint: "name one of the users, or add this one",
    }),
    unknownLabel: unknownNames([...users.keys()], {
      code: "profile-user-unknown",
      title: "key store's token_label is no user of the profile",
      hint: "the label of a kNET token is its user's name; name one of the users",
    }),
    unknownConnection: unknownNames([...connections.keys()], {
      code: "profile-connection-unknown",
      title: "key store's connection is not in the profile",
      hint: "name one of the connections, or add this one",
    }),
  };
}
