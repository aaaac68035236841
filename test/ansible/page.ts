import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { clone, page, snippetsOf } from "../docs/pages.js";

const snippets = snippetsOf(page("docs/ansible.md"));

/** The calls of the playbooks in docs/ansible.md, without that word. */
export const calls: readonly (readonly string[])[] = snippets
  .filter(({ info }) => info === "sh")
  .flatMap(({ text }) => text.split("\n"))
  .filter((line) => line.startsWith("ansible-playbook knetctl.knet."))
  .map((line) => line.split(" ").slice(1));

/** The names of the collection's playbooks. */
export const playbooks: readonly string[] = readdirSync(join(clone, "installers/ansible/playbooks")).map(
  (name) => name.replace(/\.yml$/, ""),
);

/** The first call of a playbook, with these members in place of the page's own: 10.1.2.3, 10.1.2.4, … */
export function callOf(playbook: string, members: readonly string[]): readonly string[] {
  const call = calls.find(([name]) => name === `knetctl.knet.${playbook}`);
  if (call === undefined) throw new Error(`the page never calls ${playbook}`);
  return call.map((word) =>
    word.replace(/10\.1\.2\.(\d):60161/, (_, digit: string) => members[Number(digit) - 3] ?? ""),
  );
}

interface GroupVariables {
  readonly knetctl_profile: { readonly users: object; readonly service: object };
}

/** The variables of the page's group. */
export function groupVariables(): GroupVariables {
  const text = snippets.find(({ info }) => info === "yaml group")?.text;
  return parse(text ?? "") as GroupVariables;
}
