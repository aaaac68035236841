/** The part of Handlebars that runs precompiled templates; its own declarations cover only the compiler. */
declare module "handlebars/runtime.js" {
  type Helper = (this: unknown, ...args: unknown[]) => unknown;
  interface Runtime {
    readonly helpers: Readonly<Record<string, Helper>>;
    create(): Runtime;
    registerHelper(name: string, helper: Helper): void;
    template(precompiled: unknown): (context: unknown) => string;
  }
  const runtime: Runtime;
  export default runtime;
}
