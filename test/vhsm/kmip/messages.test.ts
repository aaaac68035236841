import { test } from "tap";
import { Secret } from "../../../src/problem/secret.js";
import { structure } from "../../../src/vhsm/kmip/item.js";
import { decodeJson, encodeJson } from "../../../src/vhsm/kmip/json.js";
import { queryRequest, readQueryAnswer } from "../../../src/vhsm/kmip/messages.js";
import { encodeTtlv } from "../../../src/vhsm/kmip/ttlv.js";

test("a Query without a password is these bytes", (t) => {
  const expected = [
    "420078 01 00000070",
    "420077 01 00000038",
    "420069 01 00000020",
    "42006a 02 00000004 0000000100000000",
    "42006b 02 00000004 0000000400000000",
    "42000d 02 00000004 0000000100000000",
    "42000f 01 00000028",
    "42005c 05 00000004 0000001800000000",
    "420079 01 00000010",
    "420074 05 00000004 0000000300000000",
  ]
    .join("")
    .replaceAll(" ", "");
  t.equal(encodeTtlv(queryRequest()).toString("hex"), expected);
  t.end();
});

test("the password goes into the header's Authentication, and no other place", (t) => {
  const request = encodeJson(
    queryRequest({ credential: { username: "u", password: new Secret("p") }, minor: 3 }),
  );
  t.match(
    request,
    '{"tag":"Authentication","value":[{"tag":"Credential","value":[' +
      '{"tag":"CredentialType","type":"Enumeration","value":"UsernameAndPassword"},' +
      '{"tag":"CredentialValue","value":[{"tag":"Username","type":"TextString","value":"u"},' +
      '{"tag":"Password","type":"TextString","value":"p"}]}]}]}',
  );
  t.match(request, '{"tag":"ProtocolVersionMinor","type":"Integer","value":3}');
  t.end();
});

test("an answer tells success, vendor and version", (t) => {
  const answer = decodeJson(
    JSON.stringify({
      tag: "ResponseMessage",
      value: [
        {
          tag: "ResponseHeader",
          value: [
            {
              tag: "ProtocolVersion",
              value: [
                { tag: "ProtocolVersionMajor", type: "Integer", value: 1 },
                { tag: "ProtocolVersionMinor", type: "Integer", value: 3 },
              ],
            },
          ],
        },
        {
          tag: "BatchItem",
          value: [
            { tag: "ResultStatus", type: "Enumeration", value: "Success" },
            {
              tag: "ResponsePayload",
              value: [{ tag: "VendorIdentification", type: "TextString", value: "V" }],
            },
          ],
        },
      ],
    }),
  );
  t.strictSame(readQueryAnswer(answer), { success: true, vendor: "V", protocol: "1.3" });
  t.end();
});

test("a refusal tells its reason, by number where it has no name here", (t) => {
  const refusal = (reason: string) =>
    readQueryAnswer(
      decodeJson(
        JSON.stringify({
          tag: "ResponseMessage",
          value: [
            {
              tag: "BatchItem",
              value: [
                { tag: "ResultStatus", type: "Enumeration", value: "0x00000001" },
                { tag: "ResultReason", type: "Enumeration", value: reason },
                { tag: "ResultMessage", type: "TextString", value: "no" },
              ],
            },
          ],
        }),
      ),
    );
  t.strictSame(refusal("0x00000003"), {
    success: false,
    reason: "AuthenticationNotSuccessful",
    message: "no",
  });
  t.strictSame(refusal("0x0000007f"), { success: false, reason: "0x7f", message: "no" });
  t.end();
});

test("a request is no answer", (t) => {
  t.throws(() => readQueryAnswer(queryRequest()), { code: "kmip-malformed" });
  t.throws(() => readQueryAnswer(structure("ResponseMessage")), { code: "kmip-malformed" });
  t.end();
});
