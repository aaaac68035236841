import { h, type ComponentChild } from "preact";
import type { JsonData } from "../../formats/json/json-text.js";
import { type Path, valueAt, without, withValue } from "../data.js";
import { type Schema, resolved, type Shape } from "../shape.js";
import { labelOf } from "./labels.js";
import { idOf, isAt, type Model, namesFor, startsWith } from "./model.js";
import { Problems } from "./problems.js";
import { explained } from "../explained.js";
import { spokenWord } from "../../language/spoken.js";
import type { PlacedProblem } from "../placed-problems.js";

export interface FieldProps {
  readonly model: Model;
  readonly schema: Schema;
  readonly path: Path;
  readonly isRequired: boolean;
  /** How much of the path stays when what is in it is taken out. */
  readonly floor: number;
  /** For people; that of the key if left out. */
  readonly label?: string;
}

/** What is said at a place: all that is wrong there, and of what is missing only what was passed by. */
export function problemsAt(model: Model, path: Path, isLeaf: boolean): readonly PlacedProblem[] {
  return model.problems.filter(
    (problem) =>
      (isLeaf ? startsWith(problem.path, path) : isAt(problem.path, path)) &&
      (problem.code === "profile-key-missing" ? model.isVisited(problem.path) : model.isBegun),
  );
}

/** The explanation of a field: its first sentence, and the others for whoever wants them. */
export function Help({ id, schema }: { id: string; schema: Schema }): ComponentChild {
  const { description } = resolved(schema);
  if (description === undefined) return null;
  const [first, rest] = explained(description);
  return h("p", { class: "help", id }, [
    first,
    rest === "" ? null : h("span", { class: "rest" }, ` ${rest}`),
  ]);
}

/** A text, number or choice with its label, explanation and problems. */
export function Leaf(props: FieldProps & { readonly shape: Shape }): ComponentChild {
  const { model, schema, path, isRequired, shape } = props;
  const id = idOf(path);
  const problems = problemsAt(model, path, true);
  const described = [`${id}-help`, ...(problems.length > 0 ? [`${id}-problems`] : [])].join(" ");
  const common = {
    id,
    "aria-describedby": described,
    "aria-invalid": problems.some(({ severity }) => severity === "error") ? ("true" as const) : undefined,
    onBlur: () => {
      model.visit(path);
    },
  };
  const isTick = shape.kind === "flag" || shape.kind === "mark";
  const label = h("label", { for: id }, [
    spokenWord(props.label ?? labelOf(String(path.at(-1)))),
    isRequired ? h("span", { class: "required" }, spokenWord("needed")) : null,
  ]);
  const input = isTick ? tick(props, common) : control(props, common);
  return h("div", { class: `field ${isTick ? "tick" : ""}` }, [
    ...(isTick ? [input, label] : [label, input]),
    h(Help, { id: `${id}-help`, schema }),
    h(Problems, { id: `${id}-problems`, list: problems }),
  ]);
}

function set({ model, path, floor }: FieldProps, value: JsonData | undefined): void {
  model.change(value === undefined ? without(model.data, path, floor) : withValue(model.data, path, value));
}

function shown(value: JsonData | undefined): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

type Common = Readonly<Record<string, unknown>>;

function tick(props: FieldProps & { readonly shape: Shape }, common: Common): ComponentChild {
  const { model, path, schema } = props;
  const value = valueAt(model.data, path);
  const usual = resolved(schema).default === true;
  return h("input", {
    ...common,
    type: "checkbox",
    checked: typeof value === "boolean" ? value : usual,
    onChange: (event: Event) => {
      const { checked } = event.currentTarget as HTMLInputElement;
      set(props, checked === usual ? undefined : checked);
    },
  });
}

function control(props: FieldProps & { readonly shape: Shape }, common: Common): ComponentChild {
  const { model, path, schema, shape } = props;
  const value = shown(valueAt(model.data, path));
  const names = shape.kind === "text" ? namesFor(model.data, path) : undefined;
  const options = shape.kind === "choice" ? shape.options : names;
  const take = (event: Event): void => {
    const text = (event.currentTarget as HTMLInputElement | HTMLSelectElement).value;
    const isNumber = shape.kind === "text" && shape.isNumber && /^(?:0|[1-9]\d{0,8})$/.test(text);
    set(props, text === "" ? undefined : isNumber ? Number(text) : text);
  };
  if (options === undefined)
    return h("input", {
      ...common,
      type: "text",
      inputMode: shape.kind === "text" && shape.isNumber ? "numeric" : undefined,
      value,
      placeholder: exampleOf(schema),
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: false,
      onInput: take,
    });
  const others = value === "" || options.includes(value) ? options : [value, ...options];
  return h("select", { ...common, value, onChange: take }, [
    h("option", { value: "" }, noChoice(schema)),
    ...others.map((option) =>
      h("option", { value: option, key: option, selected: option === value }, option),
    ),
  ]);
}

function exampleOf(schema: Schema): string {
  const [example] = resolved(schema).examples ?? [];
  return typeof example === "string" || typeof example === "number" ? String(example) : "";
}

function noChoice(schema: Schema): string {
  const usual = resolved(schema).default;
  return typeof usual === "string" ? `${spokenWord("not given")} (${usual})` : spokenWord("choose");
}
