import t from "tap";
import { aclOfMode, aclText, emptyAcl } from "../../src/formats/acl-text.js";

/** As `getfattr -e hex` of attr shows the list that `setfacl -m u:7:rwx,g:8:r-x,m:rwx` made of mode 0750. */
const list = Buffer.from(
  "0200000001000700ffffffff020007000700000004000500ffffffff" +
    "080005000800000010000700ffffffff20000000ffffffff",
  "hex",
);

t.test("an access control list reads as setfacl takes it", (t) => {
  t.equal(aclText(list), "user::rwx,user:7:rwx,group::r-x,group:8:r-x,mask::rwx,other::---");
  t.equal(aclText(aclOfMode(0o2751)), "user::rwx,group::r-x,other::--x");
  t.equal(aclText(emptyAcl), "");
  t.end();
});

t.test("other bytes are no list", (t) => {
  for (const bytes of [Buffer.of(), Buffer.from("text"), list.subarray(0, 9), Buffer.alloc(12, 2)])
    t.equal(aclText(bytes), undefined);
  t.end();
});
