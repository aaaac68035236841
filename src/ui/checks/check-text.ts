import type { Checked, CheckFormat, CheckRun } from "./checked.js";
import { githubText } from "./github.js";
import { junitText } from "./junit.js";
import { sarifText } from "./sarif.js";

/** What was seen, as the file or the lines that a pipeline reads. */
export function checkText(format: CheckFormat, checked: Checked, run: CheckRun): string {
  switch (format) {
    case "junit":
      return junitText(checked, run);
    case "github":
      return githubText(checked, run);
    case "sarif":
      return sarifText(checked, run);
  }
}
