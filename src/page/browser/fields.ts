import { h, type ComponentChild } from "preact";
import type { JsonData } from "../../formats/json/json-text.js";
import { isMap, mapAt, valueAt, without, withValue } from "../data.js";
import { type Key, keysOf, resolved, shapeOf } from "../shape.js";
import { List, Named } from "./entries.js";
import { type FieldProps, Help, Leaf, problemsAt } from "./inputs.js";
import { abouts, isUsual, labelOf } from "./labels.js";
import { idOf } from "./model.js";
import { Problems } from "./problems.js";
import { spokenWord } from "../../language/spoken.js";

/** A part of the profile, whatever its schema says it is. */
export function Field(props: FieldProps): ComponentChild {
  const shape = shapeOf(props.schema);
  switch (shape?.kind) {
    case undefined:
      return null;
    case "group":
      return h(Group, { ...props, keys: shape.keys });
    case "variant":
      return h(Variant, { ...props, tag: shape.tag, types: [...shape.types.keys()] });
    case "one-of":
      return h(OneOf, { ...props, keys: shape.keys });
    case "short":
      return h(Short, { ...props, keys: shape.keys, main: shape.main });
    case "named":
      return h(Named, { ...props, item: shape.item, Field });
    case "list":
      return h(List, { ...props, item: shape.item, Field });
    case "text":
    case "choice":
    case "flag":
    case "mark":
      return h(Leaf, { ...props, shape });
  }
}

type WithKeys = FieldProps & { readonly keys: readonly Key[] };

/** The fields of a group; the rarer ones are one click away, unless one of them is given. */
export function Keys({ keys, ...given }: WithKeys): ComponentChild {
  const { model, path, floor } = given;
  const data = mapAt(model.data, path);
  // of alternatives, those that are not in use are not offered
  const offered = keys.filter(
    ({ name }) =>
      !(["ip", "port"].includes(name) && keys.some((key) => key.name === "endpoints")) || data.has(name),
  );
  const isFirst = ({ name, isRequired }: Key): boolean => isRequired || isUsual(name, data);
  const field = ({ name, schema, isRequired }: Key): ComponentChild =>
    h(Field, { model, floor, schema, isRequired, path: [...path, name], key: name });
  const [first, rare] = [offered.filter(isFirst), offered.filter((key) => !isFirst(key))];
  return h("div", { class: "keys" }, [
    h("div", { class: "fields" }, first.map(field)),
    rare.length === 0
      ? null
      : h("details", { class: "more", open: rare.some(({ name }) => data.has(name)) || undefined }, [
          h("summary", null, spokenWord("More settings")),
          h("div", { class: "fields" }, rare.map(field)),
        ]),
    h(Problems, { id: `${idOf(path)}-problems`, list: problemsAt(model, path, false) }),
  ]);
}

function Group({ keys, label, ...props }: WithKeys): ComponentChild {
  const { path, schema } = props;
  return h("fieldset", { class: "group", id: idOf(path) }, [
    h("legend", null, spokenWord(label ?? labelOf(String(path.at(-1))))),
    h(Help, { id: `${idOf(path)}-help`, schema }),
    h(Keys, { ...props, keys }),
  ]);
}

/** First what it is, then what that takes. What other kinds do not have stays, and is said to be wrong. */
function Variant({
  tag,
  types,
  ...props
}: FieldProps & { tag: string; types: readonly string[] }): ComponentChild {
  const { model, path, schema } = props;
  const shape = shapeOf(schema);
  const type = mapAt(model.data, path).get(tag);
  const chosen =
    shape?.kind === "variant" ? shape.types.get(typeof type === "string" ? type : "") : undefined;
  const keys = chosen === undefined ? [] : keysOf(chosen);
  const tagSchema = {
    enum: types,
    description: chosen === undefined ? "What kind it is." : (chosen.description ?? ""),
  };
  const all = [
    { name: tag, schema: tagSchema, isRequired: true },
    ...keys.filter(({ name }) => name !== tag),
  ];
  return h(Keys, { ...props, keys: all });
}

/** Which one, and its value. */
function OneOf({ keys, ...props }: WithKeys): ComponentChild {
  const { model, path, schema, floor, isRequired } = props;
  const id = idOf(path);
  const data = valueAt(model.data, path);
  const chosen = isMap(data) ? [...data.keys()][0] : undefined;
  const key = keys.find(({ name }) => name === chosen);
  const shape = key && shapeOf(key.schema);
  const problems = problemsAt(model, path, shape?.kind === "mark" || key === undefined);
  const choose = (event: Event): void => {
    const name = (event.currentTarget as HTMLSelectElement).value;
    const next = keys.find((one) => one.name === name);
    const nextShape = next && shapeOf(next.schema);
    const empty: JsonData = nextShape?.kind === "mark" ? nextShape.value : "";
    model.change(
      next === undefined
        ? without(model.data, path, floor)
        : withValue(model.data, path, new Map([[name, empty]])),
    );
  };
  return h("div", { class: "field one-of", role: "group", "aria-labelledby": `${id}-label` }, [
    h("label", { for: id, id: `${id}-label` }, [
      spokenWord(props.label ?? labelOf(String(path.at(-1)))),
      isRequired ? h("span", { class: "required" }, spokenWord("needed")) : null,
    ]),
    h("div", { class: "pair" }, [
      h("select", { id, value: chosen ?? "", onChange: choose, "aria-describedby": `${id}-help` }, [
        h("option", { value: "" }, spokenWord("not given")),
        ...keys.map(({ name }) =>
          h("option", { value: name, key: name, selected: name === chosen }, spokenWord(labelOf(name))),
        ),
      ]),
      key === undefined || shape?.kind === "mark"
        ? null
        : h(Field, {
            ...props,
            schema: key.schema,
            path: [...path, key.name],
            isRequired: true,
            floor: path.length,
          }),
    ]),
    h(Help, { id: `${id}-help`, schema }),
    h(Problems, { id: `${id}-problems`, list: problems }),
  ]);
}

/** A text as long as nothing but the main key is given. */
function Short({ keys, main, ...props }: WithKeys & { readonly main: string }): ComponentChild {
  const { model, path } = props;
  const data = valueAt(model.data, path);
  const asMap: JsonData | undefined = typeof data === "string" ? new Map([[main, data]]) : data;
  const shortened = {
    ...model,
    data: asMap === undefined ? model.data : mapWith(model.data, path, asMap),
    change: (changed: JsonData) => {
      const now = valueAt(changed, path);
      const only = isMap(now) && now.size === 1 ? now.get(main) : undefined;
      model.change(typeof only === "string" ? withValue(changed, path, only) : changed);
    },
    problems: model.problems,
  };
  return h(Group, { ...props, model: shortened, keys: keys.map((key) => ({ ...key, isRequired: false })) });
}

function mapWith(data: FieldProps["model"]["data"], path: FieldProps["path"], value: JsonData) {
  const changed = withValue(data, path, value);
  return isMap(changed) ? changed : data;
}

/** What a section is about, in the page's words, or else in those of the schema. */
function aboutOf(key: string, schema: FieldProps["schema"]): FieldProps["schema"] {
  const description = abouts[key];
  return description === undefined ? schema : { description };
}

/** A whole section of the form: a key at the top of the profile. */
export function Section({ children, ...props }: FieldProps & { children?: ComponentChild }): ComponentChild {
  const { path, schema, model } = props;
  const key = String(path[0]);
  const shape = shapeOf(schema);
  const id = idOf(path);
  return h("section", { class: "card", "aria-labelledby": `${id}-title` }, [
    h("h2", { id: `${id}-title` }, spokenWord(labelOf(key))),
    h(Help, { id: `${id}-about`, schema: aboutOf(key, schema) }),
    shape?.kind === "group"
      ? h("div", { id }, h(Keys, { ...props, keys: keysOf(resolved(schema)) }))
      : h(Field, props),
    shape?.kind === "group" || shape?.kind === "named"
      ? null
      : h(Problems, { id: `${id}-problems`, list: problemsAt(model, path, false) }),
    children,
  ]);
}
