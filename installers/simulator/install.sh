#!/bin/sh
# Installer of the simulated kNET PKCS #11 client: shaped like the vendor's, made for trying knetctl.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 022

version='@VERSION@'
register_loader='@REGISTER_LOADER@'
library_folder=/usr/local/lib/kryptus/libknetpkcs11_64
product_folder=/opt/kryptus/knet
loader_file=/etc/ld.so.conf.d/knet-pkcs11.conf

if [ "$(id -u)" -ne 0 ]; then
    echo 'install.sh: run this as root' >&2
    exit 1
fi

cd "$(dirname "$0")"
if [ ! -f libkNETPKCS11.so ]; then
    echo 'install.sh: libkNETPKCS11.so is not in this folder' >&2
    exit 1
fi

echo "kNET PKCS #11 client $version (simulated)"
install -d -m 0755 "$library_folder" "$product_folder"
install -m 0755 libkNETPKCS11.so "$library_folder/.libkNETPKCS11.so.new"
mv -f "$library_folder/.libkNETPKCS11.so.new" "$library_folder/libkNETPKCS11.so"
echo "  $library_folder/libkNETPKCS11.so"

printf '%s\n' "$version" > "$product_folder/version"
install -m 0644 README "$product_folder/README"
echo "  $product_folder"

if [ "$register_loader" = yes ]; then
    printf '%s\n' "$library_folder" > "$loader_file"
    ldconfig
    echo "  $loader_file"
fi
echo 'done'
