import t from "tap";
import Handlebars from "handlebars";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { encoders, renderTemplate } from "../../src/formats/template.js";

const folder = join(import.meta.dirname, "../../templates");
const connection = { name: "hsm_1", ip: "10.0.0.1", port: "60161" };
const user = { name: "a", authenticationType: "password", connection: "hsm_1" };
const values = { connections: [connection], users: [user], logVerbosity: null };

t.test("a value that is undefined, missing or no data is an error, never an empty string", async (t) => {
  for (const broken of [
    { ...values, connections: [{ ...connection, port: undefined }] },
    { ...values, connections: [{ name: "hsm_1", ip: "10.0.0.1" }] },
    { ...values, users: [{ ...user, name: { toString: () => "x" } }] },
    { ...values, users: [{ ...user, connection: Number.NaN }] },
    { connections: [connection], users: [user] },
    { ...values, users: undefined },
  ]) {
    await t.rejects(renderTemplate("config.json", broken), { code: "internal-error" });
  }
});

t.test("a template's name is not looked up on a prototype", async (t) => {
  await t.rejects(renderTemplate("constructor", values), { code: "internal-error" });
  await t.rejects(renderTemplate("../package", values), { code: "internal-error" });
});

t.test("one rendering leaves nothing behind for the next", async (t) => {
  const first = await renderTemplate("config.json", values);
  await renderTemplate("config.json", { ...values, logVerbosity: "full" });
  t.equal(await renderTemplate("config.json", values), first);
});

for (const file of readdirSync(folder).filter((name) => name.endsWith(".hbs"))) {
  t.test(`every value of ${file} goes through an encoder`, (t) => {
    const bare: string[] = [];
    class Mustaches extends Handlebars.Visitor {
      override MustacheStatement(mustache: hbs.AST.MustacheStatement) {
        const name =
          mustache.path.type === "PathExpression" ? (mustache.path as hbs.AST.PathExpression).original : "";
        if (!(name in encoders) || mustache.params.length !== 1)
          bare.push(`${name} in line ${mustache.loc.start.line}`);
      }
    }
    new Mustaches().accept(Handlebars.parse(readFileSync(join(folder, file), "utf8")));
    t.same(bare, []);
    t.end();
  });
}
