import { usualServiceUser } from "../../vendor/client.js";
import { type ComponentChild, h } from "preact";
import { hostText } from "../../formats/text/endpoint-text.js";
import { topology } from "../../pictures/topology.js";
import { type DataMap, listAt, mapAt, valueAt } from "../data.js";
import { withoutField } from "../kept.js";
import { keysOf, profileSchema, shapeOf } from "../shape.js";
import { Field, Section } from "./fields.js";
import { type FieldProps } from "./inputs.js";
import type { Model } from "./model.js";
import { Picture } from "./picture.js";
import { spokenWord } from "../../language/spoken.js";

/** A section for each part of the profile, in the order of its schema; single values come last, together. */
export function Form({ model }: { model: Model }): ComponentChild {
  const keys = keysOf(profileSchema);
  const isSingle = ({ schema }: (typeof keys)[number]): boolean =>
    ["text", "choice"].includes(shapeOf(schema)?.kind ?? "");
  const props = ({ name, schema }: (typeof keys)[number]): FieldProps => ({
    model,
    schema,
    path: [name],
    isRequired: false,
    floor: 0,
  });
  return h(
    "form",
    {
      class: "form",
      "aria-label": spokenWord("Inputs"),
      onSubmit: (event: Event) => {
        event.preventDefault();
      },
    },
    [
      ...keys
        .filter((key) => !isSingle(key))
        .map((key) =>
          h(
            Section,
            { ...props(key), key: key.name },
            key.name === "connections" ? h(Drawn, { data: model.data }) : null,
          ),
        ),
      h("section", { class: "card", key: "single", "aria-labelledby": "single-title" }, [
        h("h2", { id: "single-title" }, spokenWord("Further settings")),
        h(
          "div",
          { class: "fields" },
          keys.filter(isSingle).map((key) => h(Field, { ...props(key), key: key.name })),
        ),
      ]),
      h(Kept, { data: model.data, key: "kept" }),
    ],
  );
}

/** The connections as they are typed. */
function Drawn({ data }: { data: DataMap }): ComponentChild {
  const connections = [...mapAt(data, ["connections"]).keys()].map((name) => ({
    name,
    members: listAt(data, ["connections", name, "endpoints"]).map((_item, at) => {
      const [ip, port] = ["ip", "port"].map((key) =>
        valueAt(data, ["connections", name, "endpoints", at, key]),
      );
      const host = typeof ip === "string" ? hostText(ip) : "";
      return typeof port === "string" || typeof port === "number" ? `${host}:${port}` : host;
    }),
    users: [...mapAt(data, ["users"])].flatMap(([user, value]) =>
      valueAt(value, ["connection"]) === name ? [user] : [],
    ),
  }));
  if (connections.length === 0) return null;
  const user = valueAt(data, ["service", "user"]);
  return h(
    "div",
    { class: "drawn" },
    h(Picture, { svg: topology(connections, typeof user === "string" ? user : usualServiceUser) }),
  );
}

/** What a file held that has no field here: it is still in the profile. */
function Kept({ data }: { data: DataMap }): ComponentChild {
  const paths = withoutField(data, profileSchema);
  if (paths.length === 0) return null;
  return h("section", { class: "card", "aria-labelledby": "kept-title" }, [
    h("h2", { id: "kept-title" }, spokenWord("Kept as it is")),
    h("p", { class: "help" }, spokenWord("These parts of the profile have no field here; they stay in it.")),
    h(
      "ul",
      { class: "plain" },
      paths.map((path) => h("li", { key: path.join(" ") }, h("code", null, path.join(" › ")))),
    ),
  ]);
}
