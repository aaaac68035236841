/** The name by which applications, and the dynamic loader, know the client (the vendor's document). */
export const clientModule = "libkNETPKCS11.so";
