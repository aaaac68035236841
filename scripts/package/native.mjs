import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { inClone } from "../setup/clone.mjs";
import { nodeHeaders } from "../setup/node-headers.mjs";
import { linkForOldGlibc } from "./old-glibc.mjs";
import { run } from "./run.mjs";

// nothing of the folder that it is built in is in the result
const reproducible = [`-ffile-prefix-map=${inClone("")}=`, "-Wl,--build-id=none", "-Wl,-s"];
// what Debian builds its own packages with
const hardened = ["-O2", "-fPIC", "-fstack-protector-strong", "-Wl,-z,relro,-z,now"];
const c = ["gcc", "-std=c11", "-D_GNU_SOURCE", "-I/usr/include/p11-kit-1", "-fvisibility=hidden"];

/** Compiles what a package carries in machine code into `folder`s of it; `work` is for what is left over. */
export function buildNative({ program, simulator, work }) {
  const [module, tokens] = ["module", "tokens"].map((name) => inClone("installers/simulator", name));
  const built = join(simulator, "built");
  mkdirSync(built);
  run("musl-gcc", [
    ...["-std=c11", "-D_GNU_SOURCE", "-O2", "-static", ...reproducible],
    ...["-o", join(program, "knetctl"), inClone("installers/package/launcher.c")],
  ]);
  linkForOldGlibc({
    compiler: ["g++", "-std=c++17", "-DNODE_GYP_MODULE_NAME=pkcs11", "-DNAPI_DISABLE_CPP_EXCEPTIONS"],
    flags: [...hardened, ...reproducible, "-shared", ...addonIncludes()],
    sources: ["dl.cpp", "common.cpp", "main.cpp"].map((name) => inClone("node_modules/pkcs11js/src", name)),
    libraries: ["-ldl"],
    out: join(program, "dist/pkcs11.node"),
    work,
  });
  linkForOldGlibc({
    compiler: c,
    flags: [...hardened, ...reproducible, "-shared", "-Wl,-z,defs,-z,nodelete"],
    sources: sourcesIn(module),
    libraries: ["-lcurl", "-ljansson", "-ldl", "-lpthread"],
    out: join(built, "libkNETPKCS11.so"),
    work,
  });
  linkForOldGlibc({
    compiler: c,
    flags: [...hardened, ...reproducible],
    sources: [...sourcesIn(tokens), join(module, "softhsm.c"), join(module, "rights.c")],
    libraries: ["-ldl"],
    out: join(built, "init-tokens"),
    work,
  });
}

const addonIncludes = () => [
  `-I${inClone("node_modules/pkcs11js/includes")}`,
  `-I${join(nodeHeaders(), "include/node")}`,
];

const sourcesIn = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".c"))
    .sort()
    .map((name) => join(folder, name));
