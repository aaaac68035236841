import { test } from "tap";
import { saidLanguage, wantedLanguage } from "../../src/language/wanted.js";

test("the first of LC_ALL, LC_MESSAGES and LANG that is set decides", async (t) => {
  t.equal(wantedLanguage({}), undefined);
  t.equal(wantedLanguage({ LANG: "pt_BR.UTF-8" }), "pt-BR");
  t.equal(wantedLanguage({ LANG: "pt_PT" }), "pt-BR");
  t.equal(wantedLanguage({ LANG: "en_US.UTF-8", LC_MESSAGES: "pt_BR.utf8" }), "pt-BR");
  t.equal(wantedLanguage({ LANG: "pt_BR.UTF-8", LC_MESSAGES: "en_US.UTF-8" }), undefined);
  t.equal(wantedLanguage({ LANG: "pt_BR.UTF-8", LC_ALL: "C.UTF-8" }), undefined);
  t.equal(wantedLanguage({ LANG: "pt_BR.UTF-8", LC_ALL: "" }), "pt-BR");
  t.equal(wantedLanguage({ LANG: "ptolemaic" }), undefined);
});

test("LANGUAGE goes before a locale that is not C, as in gettext", async (t) => {
  t.equal(wantedLanguage({ LANG: "en_US.UTF-8", LANGUAGE: "pt_BR:en" }), "pt-BR");
  t.equal(wantedLanguage({ LANG: "pt_BR.UTF-8", LANGUAGE: "en_US:pt" }), undefined);
  t.equal(wantedLanguage({ LANG: "en_US.UTF-8", LANGUAGE: "fr:pt" }), "pt-BR");
  t.equal(wantedLanguage({ LANG: "C.UTF-8", LANGUAGE: "pt_BR" }), undefined);
  t.equal(wantedLanguage({ LANGUAGE: "pt_BR" }), undefined);
});

test("--lang is taken out of a line wherever it stands, if it makes sense", async (t) => {
  t.same(saidLanguage(["plan", "x"]), { args: ["plan", "x"], said: undefined });
  t.same(saidLanguage(["--lang", "pt-BR", "plan", "x"]), { args: ["plan", "x"], said: "pt-BR" });
  t.same(saidLanguage(["plan", "--lang=en", "x"]), { args: ["plan", "x"], said: "en" });
  for (const args of [
    ["plan", "--lang"],
    ["plan", "--lang", "fr"],
    ["--lang=en", "plan", "--lang=pt-BR"],
    ["--lang", "en", "--lang", "pt-BR", "x"],
    ["plan", "--", "--lang", "en"],
    ["plan", "--language", "en"],
  ])
    t.same(saidLanguage(args), { args, said: undefined });
});
