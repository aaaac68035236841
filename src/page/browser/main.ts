import { h, render } from "preact";
import { dataOf, isMap } from "../data.js";
import { outputsOf } from "../outputs.js";
import { readProfile } from "../../profile/reading/read-profile.js";
import { dataIn } from "../share.js";
import { takeOver } from "../take-over.js";
import { App } from "./app.js";
import { emptyForm } from "./model.js";
import { usualLanguage } from "./wanted-language.js";

/** What the page makes of a profile's text, as JSON: for tests, which compare it with the program. */
async function made(text: string, secrets: string): Promise<string> {
  const reading = await readProfile(new TextEncoder().encode(text), "profile.yaml");
  const data = "document" in reading ? dataOf(reading.document.root) : undefined;
  if (!isMap(data)) return "null";
  const given = new Map<string, string>(JSON.parse(secrets) as [string, string][]);
  const { problems, outputs, fragment } = await outputsOf(data, given);
  // where a problem is in the form is the page's own
  return JSON.stringify({ problems, outputs, fragment }, (key, value: unknown) =>
    key === "path" && Array.isArray(value) ? undefined : value,
  );
}

/** What it makes of a file that is dropped on an empty form, as JSON. */
async function taken(text: string, name: string): Promise<string> {
  const found = await takeOver(new TextEncoder().encode(text), name, emptyForm());
  if (!("data" in found)) return JSON.stringify(found);
  const { outputs } = await outputsOf(found.data, new Map());
  return JSON.stringify({ is: found.is, notes: found.notes, profile: outputs[0]?.text });
}

Object.assign(globalThis, { knetctlPage: { made, taken } });

async function begin(place: HTMLElement): Promise<void> {
  // a link to another form, or the way back to the one before: the page itself only replaces its address
  addEventListener("hashchange", () => {
    location.reload();
  });
  const first = await dataIn(location.hash.replace(/^#/, ""));
  render(h(App, { first, wanted: usualLanguage(navigator.language) }), place);
}

// a test runs the same script where there is no page
if (typeof document !== "undefined") {
  const place = document.getElementById("app");
  if (place !== null) void begin(place);
}
