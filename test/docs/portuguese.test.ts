import { test } from "tap";
import { codeWordsOf, page, proseOf, snippetsOf } from "./pages.js";

const [english, portuguese] = [page("README.md"), page("README.pt-BR.md")];

test("the README in Portuguese has the same commands and files as the English one", async (t) => {
  const blocks = (of: typeof english): readonly string[] =>
    snippetsOf(of).map(({ info, text }) => `${info}\n${text}`);
  t.strictSame(blocks(portuguese), blocks(english));
  const words = (of: typeof english): readonly string[] => [...new Set(codeWordsOf(of))].sort();
  t.strictSame(words(portuguese), words(english));
});

test("it leads to the same pages, and each README to the other", async (t) => {
  const links = (of: typeof english): readonly string[] =>
    [...proseOf(of).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target).sort();
  const others = (of: typeof english): readonly string[] =>
    links(of).filter((target) => !target.startsWith("README"));
  t.strictSame(others(portuguese), others(english));
  t.ok(links(english).includes("README.pt-BR.md"));
  t.ok(links(portuguese).includes("README.md"));
});

test("it has as many sections", async (t) => {
  const sections = ({ text }: typeof english): number => text.match(/^## /gm)?.length ?? 0;
  t.equal(sections(portuguese), sections(english));
});
