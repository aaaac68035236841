/**
 * Imported by a test that passes for root alone, though nothing else in it shows that: it looks at what other
 * users may not see, such as this machine's lock. By this it is no unit test (scripts/unit/choose.mjs).
 */
if (process.getuid?.() !== 0) throw new Error("this test is for root");
