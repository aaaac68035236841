import { type ComponentChild, h } from "preact";
import { spoken, spokenWord } from "../../language/spoken.js";

interface Props {
  readonly names: readonly string[];
  readonly given: ReadonlyMap<string, string>;
  readonly areShown: boolean;
  readonly give: (name: string, text: string) => void;
  readonly show: (areShown: boolean) => void;
}

/** Secrets for the settings: in this page's memory alone, and in the files only while they are shown. */
export function Secrets({ names, given, areShown, give, show }: Props): ComponentChild {
  if (names.length === 0) return null;
  return h("details", { class: "card secrets", open: areShown || undefined }, [
    h("summary", null, spokenWord("PINs and passwords in the files")),
    h(
      "p",
      { class: "help" },
      spokenWord(
        "The files have placeholders. What you type here stays in this page's memory, is never in its " +
          "address, and is put into the files only while it is shown.",
      ),
    ),
    h(
      "div",
      { class: "fields" },
      names.map((name, at) =>
        h("div", { class: "field", key: name }, [
          h("label", { for: `secret-${at}` }, spoken(name)),
          h("input", {
            id: `secret-${at}`,
            type: "password",
            autocomplete: "off",
            value: given.get(name) ?? "",
            onInput: (event: Event) => {
              give(name, (event.currentTarget as HTMLInputElement).value);
            },
          }),
        ]),
      ),
    ),
    h(
      "button",
      {
        type: "button",
        "aria-pressed": areShown ? "true" : "false",
        onClick: () => {
          show(!areShown);
        },
      },
      areShown ? spokenWord("Hide them again") : spokenWord("Show them in the files"),
    ),
  ]);
}
