import { type ComponentType, h, type ComponentChild } from "preact";
import { useState } from "preact/hooks";
import type { JsonData } from "../../formats/json/json-text.js";
import { freeName, listAt, mapAt, moved, without, withValue } from "../data.js";
import { keysOf, type Schema, shapeOf } from "../shape.js";
import { type FieldProps, problemsAt } from "./inputs.js";
import { itemLabels, labelOf } from "./labels.js";
import { idOf, withName } from "./model.js";
import { Problems } from "./problems.js";
import { spokenWord } from "../../language/spoken.js";

interface WithItem extends FieldProps {
  readonly item: Schema;
  /** Draws what is in an entry; handed over, since it draws entries in its turn. */
  readonly Field: ComponentType<FieldProps>;
}

/** A map from names to parts of the same kind. */
export function Named({ item, Field, ...props }: WithItem): ComponentChild {
  const { model, path } = props;
  const key = String(path.at(-1));
  const { add, stem } = itemLabels(key);
  const map = mapAt(model.data, path);
  const isText = shapeOf(item)?.kind === "text";
  const isSection = path.length === 1;
  return h("div", { class: "entries", id: idOf(path) }, [
    isSection ? null : h("p", { class: "label" }, spokenWord(labelOf(key))),
    ...[...map.keys()].map((name, at) =>
      h("div", { class: `entry ${isText ? "inline" : ""}`, key: at }, [
        h("div", { class: "entry-head" }, [
          h(EntryName, { ...props, name }),
          h(Remove, {
            label: `${spokenWord("Remove")} ${name}`,
            onClick: () => {
              model.change(without(model.data, [...path, name], isSection ? 0 : props.floor));
            },
          }),
        ]),
        h(Field, {
          model,
          schema: item,
          path: [...path, name],
          isRequired: isText,
          floor: path.length + 1,
          ...(isText ? { label: "Its value" } : { label: name }),
        }),
      ]),
    ),
    h(
      "button",
      {
        type: "button",
        class: "add",
        onClick: () => {
          model.change(withValue(model.data, [...path, freeName(map, stem)], isText ? "" : blank(item)));
        },
      },
      spokenWord(add),
    ),
    h(Problems, { id: `${idOf(path)}-problems`, list: problemsAt(model, path, false) }),
  ]);
}

/** What a new entry begins with: a list of one where it needs a list. */
function blank(item: Schema): JsonData {
  const keys = keysOf(item).filter(({ schema }) => shapeOf(schema)?.kind === "list");
  return new Map(
    keys.flatMap(({ name, isRequired }) => (isRequired || name === "endpoints" ? [[name, [new Map()]]] : [])),
  );
}

/** An entry's name; while it is another's, it is not taken over. */
function EntryName({ model, path, name }: FieldProps & { readonly name: string }): ComponentChild {
  const [refused, setRefused] = useState<string | undefined>(undefined);
  const labels = itemLabels(String(path.at(-1)));
  const id = `${idOf([...path, name])}-name`;
  const take = (event: Event): void => {
    const text = (event.currentTarget as HTMLInputElement).value;
    const data = withName(model.data, path, name, text);
    setRefused(data === undefined ? text : undefined);
    if (data !== undefined) model.change(data);
  };
  return h("div", { class: "field name" }, [
    h("label", { for: id }, spokenWord(labels.name)),
    h("input", {
      id,
      type: "text",
      value: refused ?? name,
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: false,
      "aria-invalid": refused === undefined ? undefined : "true",
      "aria-describedby": refused === undefined ? undefined : `${id}-refused`,
      onInput: take,
    }),
    refused === undefined
      ? null
      : h("p", { class: "problems error", id: `${id}-refused` }, spokenWord("another one has this name")),
  ]);
}

function Remove({ label, onClick }: { label: string; onClick: () => void }): ComponentChild {
  return h(
    "button",
    {
      type: "button",
      class: "quiet icon",
      "aria-label": label,
      title: label,
      onClick: ({ currentTarget }: Event) => {
        // the button goes with the entry: whoever works by keys goes on from the list
        (currentTarget as HTMLElement)
          .closest(".entries, .list")
          ?.querySelector<HTMLElement>(":scope > .add")
          ?.focus();
        onClick();
      },
    },
    "×",
  );
}

/** A list in which the order counts. */
export function List({ item, Field, ...props }: WithItem): ComponentChild {
  const { model, path } = props;
  const key = String(path.at(-1));
  const { title, add } = itemLabels(key);
  const items = listAt(model.data, path);
  const shape = shapeOf(item);
  const isText = shape?.kind === "text";
  return h(
    "div",
    { class: "list", role: "group", "aria-labelledby": `${idOf(path)}-label`, id: idOf(path) },
    [
      h("p", { class: "label", id: `${idOf(path)}-label` }, spokenWord(labelOf(key))),
      h(
        "ol",
        null,
        items.map((_item, at) => {
          const name = `${spokenWord(title)} ${at + 1}`;
          const move = (by: -1 | 1): void => {
            model.change(moved(model.data, path, at, by));
          };
          return h("li", { key: at }, [
            h("span", { class: "number", "aria-hidden": "true" }, String(at + 1)),
            h(Field, {
              model,
              schema: item,
              path: [...path, at],
              isRequired: false,
              floor: path.length + 1,
              label: name,
            }),
            h("span", { class: "row-actions" }, [
              h(Arrow, {
                label: `${name}: ${spokenWord("earlier")}`,
                by: -1,
                off: at === 0,
                onClick: () => {
                  move(-1);
                },
              }),
              h(Arrow, {
                label: `${name}: ${spokenWord("later")}`,
                by: 1,
                off: at === items.length - 1,
                onClick: () => {
                  move(1);
                },
              }),
              h(Remove, {
                label: `${spokenWord("Remove")}: ${name}`,
                onClick: () => {
                  model.change(without(model.data, [...path, at], props.floor));
                },
              }),
            ]),
          ]);
        }),
      ),
      h(
        "button",
        {
          type: "button",
          class: "add",
          onClick: () => {
            model.change(withValue(model.data, [...path, items.length], isText ? "" : new Map()));
          },
        },
        spokenWord(add),
      ),
      h(Problems, { id: `${idOf(path)}-problems`, list: problemsAt(model, path, false) }),
    ],
  );
}

interface ArrowProps {
  readonly label: string;
  readonly by: -1 | 1;
  readonly off: boolean;
  readonly onClick: () => void;
}

/** So that the same key moves the same item on; at the end of the list, back. */
function follow(button: HTMLElement, by: -1 | 1): void {
  const item = button.closest("li");
  const place = by < 0 ? item?.previousElementSibling : item?.nextElementSibling;
  const arrows = [...(place?.querySelectorAll<HTMLButtonElement>(".arrow") ?? [])];
  if (by > 0) arrows.reverse();
  arrows.find(({ disabled }) => !disabled)?.focus();
}

function Arrow({ label, by, off, onClick }: ArrowProps): ComponentChild {
  return h(
    "button",
    {
      type: "button",
      class: "quiet icon arrow",
      "aria-label": label,
      title: label,
      disabled: off,
      onClick: ({ currentTarget }: Event) => {
        onClick();
        follow(currentTarget as HTMLElement, by);
      },
    },
    by < 0 ? "↑" : "↓",
  );
}
