/**
 * In the worker's bundle, the pkcs11js addon is loaded from descriptor 5: the service user may have no access
 * to its file.
 */
export const addonByDescriptor = {
  name: "addon-by-descriptor",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/pkcs11\.node$/ }, () => ({ path: "pkcs11.node", namespace: "descriptor" }));
    onLoad({ filter: /.*/, namespace: "descriptor" }, () => ({
      contents: 'process.dlopen(module, "/proc/self/fd/5");\n',
    }));
  },
};
