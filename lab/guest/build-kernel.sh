#!/bin/sh
# Builds the guest kernel into the file $1, from the source of the newest Linux that Debian has for
# its stable release: before 6.16 a Linux that runs as a program takes twice as long for everything.
# Needs root, 3 GB of room beside that file, and 13 minutes of processor.
set -eu
suite=trixie-backports
config=$(dirname "$(readlink -f "$0")")/kernel.config
mkdir -p "$(dirname "$1")"
folder=$(mktemp -d "$1.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM HUP
cd "$folder"

missing=
for program in gcc make flex bison bc xz; do
  command -v $program >/dev/null || missing="$missing $program"
done
[ -e /usr/include/elf.h ] || missing="$missing libc6-dev"
if [ -n "$missing" ]; then
  missing=$(echo "$missing" | sed 's/\<xz\>/xz-utils/')
  DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing
fi

# From where this machine has its packages, with lists beside the machine's own.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Component: main' |
  grep -v security | head -n 1)
[ -n "$mirror" ] || { echo "this machine has no source of Debian's packages" >&2; exit 1; }
mkdir -p parts lists/partial cache/archives/partial source
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keyring] $mirror $suite main" >sources.list
apt() {
  program=$1
  shift
  "$program" -q -o Dir::Etc::sourcelist="$folder/sources.list" -o APT::Sandbox::User=root \
    -o Dir::Etc::sourceparts="$folder/parts" -o Dir::State::lists="$folder/lists" \
    -o Dir::Cache="$folder/cache" "$@"
}
apt apt-get update
package=$(apt apt-cache pkgnames linux-source- | grep -E '^linux-source-[0-9.]+$' | sort -V | tail -n 1)
apt apt-get download "$package"
dpkg -x "$package"_*.deb deb
tar -xf deb/usr/src/linux-source-*.tar.xz -C source --strip-components=1
rm -rf deb ./*.deb

make -s -C source ARCH=um KCONFIG_ALLCONFIG="$config" allnoconfig
for line in $(grep '^CONFIG' "$config"); do
  grep -qxF "$line" source/.config || { echo "$package does not know $line" >&2; exit 1; }
done
TMPDIR=$folder make -s -C source -j"$(nproc)" ARCH=um linux
strip -o linux source/linux
mv linux "$1"
