import type { AbsolutePath } from "../path.js";

/** Where a PIN comes from; a profile never holds the PIN itself. */
export type PinSource =
  | { readonly from: "file"; readonly path: AbsolutePath }
  | { readonly from: "env"; readonly variable: string }
  | { readonly from: "fd"; readonly descriptor: number }
  | { readonly from: "credential"; readonly name: string }
  | { readonly from: "prompt" };
