import { test } from "tap";
import { endpointText, hostText } from "../../../src/formats/text/endpoint-text.js";

test("an IPv6 address is kept apart from the port", async (t) => {
  t.equal(endpointText({ ip: "10.1.2.3", port: 60161 }), "10.1.2.3:60161");
  t.equal(endpointText({ ip: "2001:db8::7", port: 60161 }), "[2001:db8::7]:60161");
  t.equal(hostText("hsm.example.org"), "hsm.example.org");
});
