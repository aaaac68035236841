// Types, those of the page, and lint, in one process: the rules that need types take the very programs that
// the compiler has checked, where each tool alone reads and checks all sources again. Says what `npm run
// typecheck` and `npm run lint` say (but for the format), and ends with 1 when that is anything.
import { ESLint } from "eslint";
import ts from "typescript";
import { clone, inClone } from "./clone.mjs";

const programs = ["tsconfig.json", "src/page/browser/tsconfig.json"].map((file) => programOf(inClone(file)));
const diagnostics = programs.flatMap((program) => [
  ...program.getConfigFileParsingDiagnostics(),
  ...ts.getPreEmitDiagnostics(program),
]);
if (diagnostics.length > 0) {
  process.stdout.write(ts.formatDiagnostics(diagnostics, shown()));
  process.exitCode = 1;
}

const eslint = new ESLint({
  cwd: clone,
  overrideConfig: {
    files: ["src/**/*.ts", "test/**/*.ts"],
    languageOptions: { parserOptions: { projectService: false, programs } },
  },
});
const results = await eslint.lintFiles(["."]);
const found = results.some(({ errorCount, warningCount }) => errorCount + warningCount > 0);
if (found) process.stdout.write(await (await eslint.loadFormatter("stylish")).format(results));
if (results.some(({ errorCount }) => errorCount > 0)) process.exitCode = 1;

function programOf(file) {
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (one) => {
      throw new Error(ts.formatDiagnostics([one], shown()));
    },
  };
  const { fileNames, options, errors } = ts.getParsedCommandLineOfConfigFile(file, {}, host);
  return ts.createProgram({ rootNames: fileNames, options, configFileParsingDiagnostics: errors });
}

function shown() {
  return {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => clone,
    getNewLine: () => "\n",
  };
}
