import t from "tap";
import { randomHex } from "../../src/host/random-hex.js";

t.test("as many digits as asked for, other ones each time", async (t) => {
  const drawn = Array.from({ length: 400 }, () => randomHex(24));
  t.ok(drawn.every((digits) => /^[0-9a-f]{24}$/.test(digits)));
  t.equal(new Set(drawn).size, drawn.length);
  t.match(randomHex(4), /^[0-9a-f]{4}$/);
});

t.test("every digit is random: none of the version or the variant of a UUID is among them", async (t) => {
  const drawn = Array.from({ length: 400 }, () => randomHex(24));
  for (let place = 0; place < 24; place++) {
    // one of 16 is left out by 400 drawings with a probability of 16 * (15/16)^400, less than 1e-10
    t.equal(new Set(drawn.map((digits) => digits[place])).size, 16, `place ${place}`);
  }
});
