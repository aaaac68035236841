import t from "tap";
import type { WantedConsumer } from "../../../src/consumers/consumer.js";
import { consumers } from "../../../src/consumers/consumers.js";
import { differsInPinAlone, isAsWritten, unknownPin } from "../../../src/steps/consumers/as-written.js";

const pins = ["1234", "pass word", `"'\\ $(id);#=[x]%s{{y}}<&>:!*?~|^é€`];

for (const consumer of consumers) {
  const wanted: WantedConsumer = {
    name: "one",
    type: consumer.type,
    service: "amplia",
    token: "ca_signer",
    module: "/usr/lib/libkNETPKCS11.so",
    file: "/etc/one",
    pinFile: "/etc/knet-pins/amplia.one.pin",
    keys: { key: "seal", thumbprint: "0".repeat(40), library: "knet" },
  };
  t.test(`${consumer.type}: its text is known again, whatever the PIN and the token's position`, (t) => {
    for (const pin of pins) {
      const text = consumer.text({ ...wanted, tokenIndex: 3 }, pin);
      t.ok(isAsWritten(consumer, wanted, text), pin);
      if (consumer.pin === "literal") t.ok(differsInPinAlone(text, consumer.text(wanted, unknownPin)), pin);
      t.notOk(isAsWritten(consumer, wanted, `${text}\n`));
      t.notOk(isAsWritten(consumer, wanted, text.slice(1)));
      t.notOk(
        isAsWritten(consumer, { ...wanted, module: "/opt/other.so" }, text) && text.includes("libkNET"),
      );
    }
    t.notOk(isAsWritten(consumer, wanted, ""));
    t.end();
  });
}
