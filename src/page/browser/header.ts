import { type ComponentChild, h } from "preact";
import { useRef } from "preact/hooks";
import { spokenWord } from "../../language/spoken.js";
import type { Language } from "./wanted-language.js";

interface Props {
  readonly language: Language;
  readonly speak: (language: Language) => void;
  readonly open: (files: readonly File[]) => void;
  readonly example: () => void;
  readonly clear: () => void;
  readonly link: () => void;
}

const languages: readonly (readonly [Language, string])[] = [
  ["en", "English"],
  ["pt-BR", "Português"],
];

export function Header({ language, speak, open, example, clear, link }: Props): ComponentChild {
  const chooser = useRef<HTMLInputElement>(null);
  const action = (words: string, onClick: () => void): ComponentChild =>
    h("button", { type: "button", onClick }, words);
  return h("header", { class: "top" }, [
    h("div", { class: "names" }, [
      h("h1", null, spokenWord("knetctl generator")),
      h("p", null, spokenWord("From an HSM's address to files that work. Nothing leaves this page.")),
    ]),
    h("div", { class: "actions" }, [
      h("input", {
        type: "file",
        multiple: true,
        ref: chooser,
        class: "off-screen",
        tabIndex: -1,
        "aria-label": spokenWord("Open a file"),
        onChange: (event: Event) => {
          const input = event.currentTarget as HTMLInputElement;
          open([...(input.files ?? [])]);
          input.value = "";
        },
      }),
      h(
        "button",
        {
          type: "button",
          title: spokenWord(
            "a profile, config.json, settings of Amplia, or a report of ha probe, prove or drill",
          ),
          onClick: () => {
            chooser.current?.click();
          },
        },
        spokenWord("Open a file"),
      ),
      action(spokenWord("Example"), example),
      action(spokenWord("Copy link"), link),
      action(spokenWord("Start over"), clear),
      h(
        "div",
        { class: "languages", role: "group", "aria-label": spokenWord("Language") },
        languages.map(([id, name]) =>
          h(
            "button",
            {
              type: "button",
              key: id,
              lang: id,
              "aria-pressed": id === language ? "true" : "false",
              onClick: () => {
                speak(id);
              },
            },
            name,
          ),
        ),
      ),
    ]),
  ]);
}
