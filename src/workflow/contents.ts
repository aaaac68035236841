import type { AbsolutePath } from "../host/path.js";

/**
 * The files that a plan means to install, as they stand in the stage where they were made and proven: a plan
 * holds their hashes alone.
 */
export interface Contents {
  /**
   * All bytes of the content with that SHA-256. Throws a Problem when it is not at hand, or is another: what
   * it gives has that hash.
   */
  read(sha256: string): Buffer;
  /**
   * A path of this machine that opens the staged file of that content that is to lie at `path`, for its
   * attributes. Several files may have one content, with other attributes each.
   */
  file(sha256: string, path: AbsolutePath): string;
  /** The dynamic loader's cache as ldconfig built it in the stage; absent if it did not. */
  readonly loaderCache?: Buffer | undefined;
}
