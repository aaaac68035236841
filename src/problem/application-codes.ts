import { exitCodes, type ExitCode } from "./exit-codes.js";

/** Codes of what can be wrong on the application's side: its settings and its service. */
export const applicationCodes = {
  // key stores: the application's settings
  "render-nothing": exitCodes.invalidProfile,
  "init-nothing-found": exitCodes.failed,
  "init-connection-unclear": exitCodes.failed,
  "init-cannot-write": exitCodes.cannotWrite,
  "settings-syntax": exitCodes.failed,
  "settings-duplicate-key": exitCodes.failed,
  "settings-ambiguous": exitCodes.failed,
  "settings-not-utf8": exitCodes.failed,
  "settings-too-large": exitCodes.failed,
  "settings-not-a-file": exitCodes.failed,
  "settings-cannot-hold": exitCodes.invalidProfile,
  "settings-mismatch": exitCodes.internal,
  "settings-other-service": exitCodes.failed,
  "settings-other-form": exitCodes.failed,
  "settings-older-amplia": exitCodes.failed,
  "settings-exposed": exitCodes.failed,
  "key-store-receipt-invalid": exitCodes.failed,
  "key-store-pin-differs": exitCodes.failed,
  "key-store-module-missing": exitCodes.failed,
  "key-store-module-other": exitCodes.failed,
  "key-store-token-unknown": exitCodes.failed,
  "key-store-token-unchosen": exitCodes.failed,
  "key-store-same-token": exitCodes.failed,
  "key-store-default-unknown": exitCodes.failed,

  // service
  "service-unit-missing": exitCodes.failed,
  "service-unit-masked": exitCodes.failed,
  "service-unit-broken": exitCodes.failed,
  "service-state-unknown": exitCodes.unavailable,
  "service-restart-failed": exitCodes.failed,
  "service-restart-timeout": exitCodes.failed,
  "service-flapping": exitCodes.failed,
  "service-not-active": exitCodes.failed,
  "service-unhealthy": exitCodes.unavailable,
  "service-not-restored": exitCodes.failed,
} as const satisfies Record<string, ExitCode>;
