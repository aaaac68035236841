#!/bin/sh
# Makes V8's compiled code for the program beside which this lies, by the node in it, so that every command
# starts quickly. Packages run it when they are installed; it needs no network. Without it knetctl only starts
# more slowly.
set -eu
umask 022
folder=$(dirname "$(dirname "$(readlink -f "$0")")")
# compiled code must never be used with a program that it was not made from
rm -f "$folder"/dist/*.cache*
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C timeout 120 \
    "$folder/node" "$folder/compile/compile.mjs" "$folder/dist"
