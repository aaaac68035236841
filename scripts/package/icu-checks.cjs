// Run by a node whose ICU data has been reduced: throws where something is not as it must be. No address,
// name or text that knetctl reads or shows may come out differently; other languages are English.
const { deepEqual, equal, ok, throws } = require("node:assert/strict");
const { transcode } = require("node:buffer");
const { domainToASCII, domainToUnicode } = require("node:url");

ok(parseFloat(process.versions.icu) >= 70 && process.versions.cldr && process.versions.tz);

// the forms of text that are equal
equal("e\u0301".normalize("NFC"), "\u00e9");
equal("\u00e9".normalize("NFD"), "e\u0301");
equal("\ufb01\u00bd".normalize("NFKC"), "fi1\u20442");
equal("\ufb01".normalize("NFKD"), "fi");
equal("\ud800a".toWellFormed(), "\ufffda");

// letters and their cases, in the language that is asked for too
equal("stra\u00dfe".toLocaleUpperCase(), "STRASSE");
equal("i".toLocaleUpperCase("tr"), "\u0130");
equal("\u0130".toLocaleLowerCase("tr"), "i");
for (const [pattern, text] of [
  [/^\p{L}$/u, "\u0436"],
  [/^\p{Script=Greek}$/u, "\u03b1"],
  [/^[\p{Cc}\p{Zl}\p{Cf}]{3}$/u, "\n\u2028\u200d"],
  [/^\p{Emoji}$/u, "\u{1f600}"],
  [/^\p{RGI_Emoji}$/v, "\u{1f469}\u200d\u{1f467}"],
  [/^\u017f$/iu, "S"],
])
  ok(pattern.test(text), pattern);

// order, numbers, dates and lists: in English, whichever language is asked for
deepEqual(
  ["b", "\u00e4", "Z", "a", "z"].sort((one, other) => one.localeCompare(other)),
  ["a", "\u00e4", "b", "z", "Z"],
);
deepEqual(Intl.NumberFormat.supportedLocalesOf(["de", "pt-BR", "ja", "en", "en-GB"]), ["en", "en-GB"]);
equal(new Intl.NumberFormat("en").format(1234567.89), "1,234,567.89");
equal(new Intl.NumberFormat("de").format(1234567.89), "1,234,567.89");
const inBrazil = { dateStyle: "full", timeZone: "America/Sao_Paulo" };
equal(new Intl.DateTimeFormat("en", inBrazil).format(new Date(0)), "Wednesday, December 31, 1969");
equal(new Intl.PluralRules("en", { type: "ordinal" }).select(2), "two");
equal(new Intl.ListFormat("en").format(["a", "b", "c"]), "a, b, and c");
equal(new Intl.DisplayNames("en", { type: "region" }).of("BR"), "Brazil");
equal(new Intl.NumberFormat("en", { style: "unit", unit: "megabyte" }).format(3), "3 MB");
for (const [granularity, parts] of [
  ["grapheme", 4],
  ["word", 4],
  ["sentence", 2],
])
  equal([...new Intl.Segmenter("en", { granularity }).segment("a. B")].length, parts);

// what bytes mean: without converters, what Node and ICU know by themselves
const [utf8, latin] = [Buffer.from("\u00e9"), Buffer.from([0xe9])];
equal(new TextDecoder("utf-8", { fatal: true }).decode(utf8), "\u00e9");
throws(() => new TextDecoder("utf-8", { fatal: true }).decode(latin), {
  code: "ERR_ENCODING_INVALID_ENCODED_DATA",
});
equal(new TextDecoder("utf-16le").decode(Buffer.from("\u00e9", "utf16le")), "\u00e9");
equal(new TextDecoder("latin1").decode(latin), "\u00e9");
deepEqual(transcode(utf8, "utf8", "latin1"), latin);
throws(() => new TextDecoder("shift_jis"), { code: "ERR_ENCODING_NOT_SUPPORTED" });

// names of hosts
equal(domainToASCII("m\u00fcnchen.de"), "xn--mnchen-3ya.de");
equal(domainToUnicode("xn--mnchen-3ya.de"), "m\u00fcnchen.de");
equal(new URL("http://\uff25\uff38\uff21.com/\u00fc").href, "http://exa.com/%C3%BC");
