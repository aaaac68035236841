import type { Document, Node, Scalar, YAMLMap } from "yaml";

/** Lines for people, without the sign that begins a comment. */
export interface ProfileComments {
  /** At the top. */
  readonly head: readonly string[];
  /** Above a key store, by its name. */
  readonly stores: ReadonlyMap<string, readonly string[]>;
}

/**
 * A profile's data as YAML, in the form that all profiles have which knetctl writes: what belongs together
 * on one line, whatever its length. Maps keep the order of their keys. Linear in its size.
 */
export async function writtenProfile(
  content: ReadonlyMap<string, unknown>,
  { head, stores }: ProfileComments,
): Promise<string> {
  const { Document } = await import("yaml");
  const document = new Document(content, { aliasDuplicateObjects: false });
  if (head.length > 0) document.commentBefore = head.map((line) => ` ${line}`).join("\n");
  for (const [name, lines] of stores) comment(document, name, lines);
  for (const name of keysOf(content, "connections")) flowItems(document, ["connections", name, "endpoints"]);
  for (const name of keysOf(content, "users")) flow(document, ["users", name]);
  for (const name of keysOf(content, "key_stores")) flow(document, ["key_stores", name]);
  for (const name of keysOf(content, "consumers")) flow(document, ["consumers", name]);
  flow(document, ["service"]);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function keysOf(content: ReadonlyMap<string, unknown>, key: string): readonly string[] {
  const map = content.get(key);
  return map instanceof Map ? [...(map as ReadonlyMap<string, unknown>).keys()] : [];
}

function comment(document: Document, name: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  const map = document.get("key_stores", true) as YAMLMap<Scalar, Node>;
  const pair = map.items.find(({ key }) => key.value === name);
  if (pair !== undefined) pair.key.commentBefore = lines.map((line) => ` ${line}`).join("\n");
}

function flow(document: Document, path: readonly string[]): void {
  const node = document.getIn(path, true);
  if (isCollection(node)) node.flow = true;
}

function flowItems(document: Document, path: readonly string[]): void {
  const node = document.getIn(path, true);
  if (isCollection(node)) for (const item of node.items) if (isCollection(item)) item.flow = true;
}

function isCollection(node: unknown): node is { items: unknown[]; flow?: boolean } {
  return typeof node === "object" && node !== null && "items" in node && Array.isArray(node.items);
}
