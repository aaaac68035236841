import type { JsonNode, JsonObject } from "../../formats/json/json-tree.js";
import type { AbsolutePath } from "../../host/path.js";
import type { Problem } from "../../problem/problem.js";
import { quotedName } from "../../profile/words/quote.js";
import { unusable } from "./existing.js";
import { memberOf } from "./reading.js";

/**
 * Users of a config.json who authenticate in a way that a profile cannot express, by name: after an edit they
 * would no longer authenticate that way. `concerns`: whether a user would be edited.
 */
export function otherAuthentication(
  root: JsonObject,
  path: AbsolutePath,
  concerns: (user: string) => boolean,
): readonly Problem[] {
  const users = memberOf(root, "users");
  if (users?.kind !== "object") return [];
  return [...users.members.values()].flatMap(({ name, value }) => {
    const type = memberOf(value, "authentication_type");
    if (!concerns(name) || type === undefined || isPassword(type)) return [];
    return [
      unusable(
        "client-config-authentication",
        `user ${quotedName(name)} of config.json authenticates in a way that knetctl cannot write`,
        { path },
        {
          detail:
            "authentication_type: " +
            `${type.kind === "scalar" ? quotedName(String(type.value)) : `a ${type.kind}`}; knetctl ` +
            `knows only "password"`,
          hint:
            'if it is to log in with a password from now on, write "password" there yourself; ' +
            "otherwise leave config.json to whoever wrote it: a profile may consist of key stores only",
        },
      ),
    ];
  });
}

function isPassword(node: JsonNode): boolean {
  return node.kind === "scalar" && node.value === "password";
}
