/** Whose client `ha` works on where nobody is named: Amplia's, which the vendor's guide sets up first. */
export const usualServiceUser = "amplia";
