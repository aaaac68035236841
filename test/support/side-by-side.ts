import t, { type Test } from "tap";

/** Declares one of them, as `t.test` does. */
export type Declare = (name: string, work: (t: Test) => Promise<void>) => void;

/** Tests that wait for something more than they work: they take as long together as the longest one alone. */
export function sideBySide(what: string, declare: (test: Declare) => void): void {
  t.test(what, (t) => {
    t.jobs = 16;
    declare((name, work) => {
      t.test(name, work);
    });
    t.end();
  });
}
