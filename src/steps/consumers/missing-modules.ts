import type { Host } from "../../host/host.js";
import { openLoader } from "../../host/installer/loader.js";
import { asAbsolutePath } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import type { ProfileConsumer } from "../../profile/types.js";
import { clientModule } from "../../vendor/client.js";
import type { Change } from "../../workflow/change.js";

/**
 * Warnings about consumers whose module is a path at which nothing is, and nothing is planned to be. A bare
 * name is the dynamic loader's affair.
 */
export function missingModules(
  consumers: readonly ProfileConsumer[],
  host: Host,
  planned: readonly Change[],
): readonly Problem[] {
  const coming = new Set<string>(planned.map(({ path }) => path));
  return consumers.flatMap(({ name, module }) => {
    const path = asAbsolutePath(module);
    if (path === undefined || coming.has(path) || isThere(host, path)) return [];
    const found = installed(host, coming);
    return [
      new Problem("consumer-module-missing", "there is no module where the consumer is to find it", {
        severity: "warning",
        where: { path },
        detail: `consumer ${name}`,
        hint:
          found === undefined ? "set the consumer's module to the module's path" : `set its module: ${found}`,
      }),
    ];
  });
}

function isThere(host: Host, path: NonNullable<ReturnType<typeof asAbsolutePath>>): boolean {
  try {
    return host.files().entry(path) !== undefined;
  } catch (error) {
    // in a folder that is not root's, it is not looked for
    if (error instanceof Problem) return true;
    throw error;
  }
}

/** Where the client is, or will be. */
function installed(host: Host, coming: ReadonlySet<string>): string | undefined {
  const planned = [...coming].find((path) => path.endsWith(`/${clientModule}`));
  try {
    return planned ?? openLoader(host.files()).find(clientModule)?.path;
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
