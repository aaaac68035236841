import { type ComponentChild, h } from "preact";
import { spoken, spokenWord } from "../../language/spoken.js";

export interface Notice {
  readonly isBad: boolean;
  readonly title: string;
  readonly file?: string;
  readonly lines: readonly { readonly text: string; readonly place?: string; readonly hint?: string }[];
}

/** What became of files that were opened, or of the link that the page was opened by. */
export function Notices({
  notices,
  close,
}: {
  notices: readonly Notice[];
  close: (notice: Notice) => void;
}): ComponentChild {
  return h(
    "div",
    { role: "status", "aria-live": "polite" },
    notices.map((notice) =>
      shown(notice, () => {
        close(notice);
      }),
    ),
  );
}

function shown({ isBad, title, file, lines }: Notice, close: () => void): ComponentChild {
  return h("div", { class: `card notice ${isBad ? "bad" : "good"}` }, [
    h("p", { class: "notice-title" }, [
      h("span", { "aria-hidden": "true" }, isBad ? "✗ " : "✓ "),
      spokenWord(title),
      file === undefined ? null : h("code", null, file),
    ]),
    h(
      "button",
      { type: "button", class: "quiet icon", "aria-label": spokenWord("Close"), onClick: close },
      "×",
    ),
    lines.length === 0
      ? null
      : h(
          "ul",
          { class: "plain" },
          lines.map(({ text, place, hint }) =>
            h("li", { key: text }, [
              place === undefined ? null : h("code", null, place),
              spoken(text),
              hint === undefined ? null : h("span", { class: "hint" }, spoken(hint)),
            ]),
          ),
        ),
  ]);
}
