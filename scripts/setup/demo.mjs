import { shown } from "./child.mjs";
import { inClone } from "./clone.mjs";
import { forRoot } from "./environment.mjs";
import { aroundRoot, asRoot } from "./root.mjs";

/** Runs `knetctl demo` as root on this terminal; its exit code. */
export function runDemo(root, args) {
  const environment = forRoot();
  const [program, ...rest] = asRoot(root, environment, [
    process.execPath,
    inClone("dist/knetctl.cjs"),
    "demo",
    ...args,
  ]);
  return shown(program, rest, {
    env: aroundRoot(root, environment),
  });
}
