import { Problem } from "../../problem/problem.js";

/** What follows from a record that could not be written. */
interface Unwritten {
  readonly title: string;
  readonly titleIfDamaged?: string;
  readonly hint: string;
}

export const unnoted: Unwritten = {
  title: "it could not be noted that the token refused this PIN",
  hint: "correct the PIN before the next run, which would send it again",
};

export const stillNoted: Unwritten = {
  title: "what is noted of earlier attempts with this PIN could not be removed",
  titleIfDamaged: "the token has accepted this PIN; an earlier refusal may still be noted",
  hint: "until that can be changed, --retry-pin may be needed",
};

/** The warning that something could not be noted; undefined if it could. */
export function orWarning({ title, titleIfDamaged, hint }: Unwritten, work: () => void): Problem | undefined {
  try {
    work();
    return undefined;
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    const titled = cause.code === "pin-record-damaged" ? (titleIfDamaged ?? title) : title;
    return new Problem("pin-record-not-written", titled, {
      severity: "warning",
      ...(cause.where && { where: cause.where }),
      detail: cause.message,
      hint: cause.hint === undefined ? hint : `${hint}; to repair the record of refused PINs: ${cause.hint}`,
      cause,
    });
  }
}

export function withoutHome(): Problem {
  return new Problem("pin-record-not-written", "neither HOME nor XDG_STATE_HOME names a folder that exists");
}
