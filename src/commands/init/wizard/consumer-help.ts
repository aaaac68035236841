import { fieldsOf } from "../../../formats/json/json-values.js";
import { profileSchemaText } from "../../../generated/schemas.js";

/** What the profile's schema says of a key of a consumer, or of the type itself (`type`); none if nothing. */
export function consumerHelp(type: string, key: string): readonly string[] {
  const definitions = fieldsOf(fieldsOf(JSON.parse(profileSchemaText))["$defs"]);
  const ofType = Object.values(definitions).find(
    (one) => fieldsOf(fieldsOf(fieldsOf(one)["properties"])["type"])["const"] === type,
  );
  const { description, $ref } = fieldsOf(fieldsOf(fieldsOf(ofType)["properties"])[key]);
  const name = typeof $ref === "string" ? $ref.replace("#/$defs/", "") : "";
  const text = description ?? fieldsOf(definitions[name])["description"];
  return typeof text === "string" ? [text] : [];
}
