/** What can be said of a host after a run was taken back, and no more: each change was looked at itself. */
export const asBeforeText = "everything knetctl changed is back in its previous state (checked)";
