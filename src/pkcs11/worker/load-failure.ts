/** Why a module could not be loaded: what is missing, by name, and what to do. */
export interface LoadFailure {
  readonly detail: string;
  readonly hint?: string;
}

/** What prevents the user from reaching a library, by its path or bare name: closed-library.ts. */
export type Closed = (library: string) => string | undefined;

interface Pattern {
  readonly pattern: RegExp;
  readonly explain: (match: RegExpExecArray, module: string, closed: Closed) => LoadFailure;
}

const patterns: readonly Pattern[] = [
  {
    // glibc: "/lib/x86_64-linux-gnu/libcurl.so.3: version `CURL_OPENSSL_3' not found (required by …)"
    pattern: /([^\s:]+): version [`']([^']+)' not found(?: \(required by ([^)]+)\))?/,
    explain: ([, library = "", version = "", user]) => ({
      detail: `version ${version} is not in ${library}${user === undefined ? "" : `; ${user} needs it`}`,
      hint: version.startsWith("CURL_")
        ? "the module was built for another libcurl package: install the one it names, or get a build " +
          "of the module for this system"
        : "the module was built for another system: get a build of the module for this one",
    }),
  },
  {
    pattern: /^([^\s:]+): cannot open shared object file: No such file or directory/,
    explain: ([, library = ""], module, closed) => {
      const way = closed(library);
      if (way !== undefined) return outOfReach(library, way);
      return library === module
        ? {
            detail: `${module} was not found`,
            hint: module.includes("/")
              ? "check the path"
              : "a bare name is looked for in the folders of ld.so.conf and the default ones: run " +
                "ldconfig after adding a folder, or give the full path",
          }
        : {
            detail: `${library}, which ${module} needs, was not found`,
            hint: `install the package that contains ${library}`,
          };
    },
  },
  {
    pattern: /^(?:([^\s:]+): )?cannot open shared object file: Permission denied/,
    explain: ([, library], module, closed) => {
      const way = closed(library ?? module);
      if (way !== undefined) return outOfReach(library ?? module, way);
      return {
        detail: `this user may not read ${library ?? module}`,
        hint: "check the mode of the file and of every folder above it",
      };
    },
  },
  {
    pattern: /wrong ELF class/,
    explain: (_match, module) => ({
      detail: `${module} is for another word size (32 or 64 bits)`,
      hint: "get the module for this machine's architecture",
    }),
  },
  {
    pattern: /invalid ELF header|file too short|only ET_DYN and ET_EXEC/,
    explain: (_match, module) => ({
      detail: `${module} is not a shared library`,
      hint: "check that it is the module itself, complete, and not a text or an archive",
    }),
  },
  {
    pattern: /undefined symbol: C_GetFunctionList/,
    explain: (_match, module) => ({
      detail: `${module} has no C_GetFunctionList: it is not a PKCS #11 module`,
      hint: "check that this is the right library",
    }),
  },
  {
    pattern: /undefined symbol: ([^\s,]+)/,
    explain: ([, symbol = ""], module) => ({
      detail: `${module} needs the symbol ${symbol}, which no library here has`,
      hint: "the module was built for other versions of its libraries: get a build for this system",
    }),
  },
];

function outOfReach(library: string, way: string): LoadFailure {
  return {
    detail: `this user cannot reach ${library}: ${way} is closed to it`,
    hint:
      "give the service user, or everyone, the right to read the file and to enter the folders above " +
      "it, or put it elsewhere",
  };
}

/**
 * Interprets the dynamic loader's message (dlerror(3)) about `module`; an unknown text is returned as it is.
 */
export function loadFailure(module: string, message: string, closed: Closed = () => undefined): LoadFailure {
  for (const { pattern, explain } of patterns) {
    const match = pattern.exec(message);
    if (match !== null) return explain(match, module, closed);
  }
  return { detail: message };
}
