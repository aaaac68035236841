// `npm run fuzz`: hostile input by the hundred thousand, with the targets of test/fuzz/; `npm run fuzz -- --help` tells more.
import { fuzz } from "./fuzz/fuzz.mjs";

process.exitCode = await fuzz(process.argv.slice(2));
