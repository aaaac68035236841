import { compileFunction, createContext, runInContext } from "node:vm";
import { keptPage } from "../../scripts/page/kept-page.mjs";

/** The page, built once for all processes that ask. */
export function builtPage(): Promise<string> {
  return (built ??= keptPage());
}
let built: Promise<string> | undefined;

/** The one script of the page. */
export function scriptOf(page: string): string {
  const [, script] = /<script>([^]*)<\/script>/.exec(page) ?? [];
  if (script === undefined) throw new Error("the page has no script");
  return script;
}

/** What the page's script makes of a text, where there is nothing of Node and no document. */
export interface PageCode {
  readonly made: (text: string, secrets: string) => Promise<string>;
  readonly taken: (text: string, name: string) => Promise<string>;
}

/** The very script of the page, with the parts of the web that JavaScript itself lacks, and nothing more. */
export async function pageCode(): Promise<PageCode> {
  const web = { URL, TextEncoder, TextDecoder, atob, btoa };
  const context = createContext({ ...web });
  // each look at such a context's global object is slow, so the script is handed what is in it
  const names = runInContext("Object.getOwnPropertyNames(globalThis)", context) as string[];
  const given = names.filter((name) => name !== "eval");
  const values = runInContext(`[${given.join()}]`, context) as unknown[];
  const script = compileFunction(scriptOf(await builtPage()), given, { parsingContext: context });
  Reflect.apply(script, undefined, values);
  const { knetctlPage } = context as { knetctlPage?: PageCode };
  if (knetctlPage === undefined) throw new Error("the page's script did not say what it can");
  return knetctlPage;
}

/** What `made` says, as it is used here. */
export interface MadeByPage {
  readonly problems: readonly object[];
  readonly outputs: readonly { readonly id: string; readonly text?: string; readonly lacks?: string }[];
  readonly fragment: string;
}

export function textOf({ outputs }: MadeByPage, id: string): string | undefined {
  return outputs.find((output) => output.id === id)?.text;
}
