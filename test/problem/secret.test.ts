import { inspect } from "node:util";
import t from "tap";
import { Secret } from "../../src/problem/secret.js";

t.test(
  "whatever prints, serialises or inspects a secret gets a placeholder, and reveal() alone the text",
  (t) => {
    const secret = new Secret("pin-1234");
    t.equal(secret.reveal(), "pin-1234");
    for (const shown of [
      String(secret),
      JSON.stringify(secret),
      inspect(secret, { showHidden: true }),
      inspect({ pin: [secret] }),
      JSON.stringify({ secret }),
    ]) {
      t.match(shown, "<secret>");
      t.notMatch(shown, "1234");
    }
    t.end();
  },
);
