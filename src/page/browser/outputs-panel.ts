import { type ComponentChild, h } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Output } from "../outputs.js";
import { copy, download, select } from "./files.js";
import { Picture } from "./picture.js";
import { spoken, spokenWord } from "../../language/spoken.js";

/** A file, or the picture of a report. */
export interface Shown extends Output {
  readonly svg?: string;
}

interface Props {
  readonly outputs: readonly Shown[];
  readonly chosen: string;
  readonly choose: (id: string) => void;
  readonly tell: (words: string) => void;
}

/** The files as tabs: arrows, Home and End lead from one to the other. */
export function OutputsPanel({ outputs, chosen, choose, tell }: Props): ComponentChild {
  const tabs = useRef<HTMLDivElement>(null);
  const output = outputs.find(({ id }) => id === chosen) ?? outputs[0];
  if (output === undefined) return null;
  const at = outputs.indexOf(output);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: outputs.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const { id } = outputs[(next + outputs.length) % outputs.length] ?? output;
    choose(id);
    tabs.current?.querySelector<HTMLElement>(`#tab-${id}`)?.focus();
  };
  return h("section", { class: "outputs", "aria-label": spokenWord("Files") }, [
    h(
      "div",
      { role: "tablist", class: "tabs", ref: tabs, onKeyDown, "aria-label": spokenWord("Files") },
      outputs.map(({ id, title, text, svg }) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            id: `tab-${id}`,
            key: id,
            class: text === undefined && svg === undefined ? "lacking" : "",
            "aria-selected": id === output.id ? "true" : "false",
            "aria-controls": "panel",
            tabIndex: id === output.id ? 0 : -1,
            onClick: () => {
              choose(id);
            },
          },
          spokenWord(title),
        ),
      ),
    ),
    h(
      "div",
      { role: "tabpanel", id: "panel", class: "panel", tabIndex: -1, "aria-labelledby": `tab-${output.id}` },
      [h(Content, { output, tell, key: output.id })],
    ),
  ]);
}

const refused = "the browser does not let this page copy: what is selected can be copied with Ctrl+C";

function Content({ output, tell }: { output: Shown; tell: Props["tell"] }): ComponentChild {
  const { file, text, svg, lacks, hint } = output;
  const [copied, setCopied] = useState(false);
  const shown = useRef<HTMLPreElement>(null);
  const whole = svg ?? text;
  if (whole === undefined)
    return h("div", { class: "nothing" }, [
      h("p", null, spoken(lacks ?? "")),
      hint === undefined ? null : h("p", { class: "hint" }, spoken(hint)),
    ]);
  const onCopy = async (): Promise<void> => {
    const done = await copy(whole);
    setCopied(done);
    tell(done ? `${file}: ${spokenWord("copied")}` : spokenWord(refused));
    if (!done) select(shown.current);
    setTimeout(() => {
      setCopied(false);
    }, 2000);
  };
  return [
    h("div", { class: "panel-head" }, [
      h("span", { class: "file" }, file),
      h(
        "button",
        { type: "button", onClick: () => void onCopy() },
        copied ? spokenWord("Copied") : spokenWord("Copy"),
      ),
      h(
        "button",
        {
          type: "button",
          class: "main",
          onClick: () => {
            download(file, whole, svg === undefined ? "text/plain" : "image/svg+xml");
            tell(`${file}: ${spokenWord("saved")}`);
          },
        },
        spokenWord("Download"),
      ),
    ]),
    svg === undefined
      ? h("pre", { tabIndex: 0, ref: shown, role: "region", "aria-label": file }, h("code", null, text))
      : h(
          "div",
          { class: "scroll", tabIndex: 0, role: "region", "aria-label": spokenWord("Report") },
          h(Picture, { svg }),
        ),
  ];
}
