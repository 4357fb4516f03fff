#!/bin/sh
# Installs Payvand from this folder, without a network; run again from a newer bundle, it brings the site there.
#
#     sh install.sh [--into FOLDER] [--user NAME] [--demo] [--without-init]
#
# It needs Python alone: neither pip nor the package python3-venv of Debian. PYTHON=/path/to/python3 names one.
set -eu

stop() {
    echo "install: $1" >&2
    exit 1
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cd "$here"

# 1. Everything is as it was packed.
command -v sha256sum >/dev/null 2>&1 || stop "the program sha256sum is missing (Debian: apt install coreutils)."
[ -s SHA256SUMS ] || stop "SHA256SUMS is missing: unpack the whole archive again."
if ! told=$(LC_ALL=C sha256sum -c SHA256SUMS 2>/dev/null); then
    broken=$(printf '%s\n' "$told" | sed -n 's/: FAILED.*//p' | tr '\n' ' ')
    stop "not as it was packed: ${broken:-SHA256SUMS }- copy the archive again. Nothing was installed."
fi

# 2. A Python that the bundle has packages for.
wanted=$(ls requirements-*.txt | sed 's/requirements-\(.*\)\.txt/\1/' | tr '\n' ' ')
seen="" python=""
for candidate in "${PYTHON:-}" python3 $(for version in $wanted; do echo "python$version"; done); do
    [ -n "$candidate" ] || continue
    version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if [ -f "requirements-$version.txt" ]; then
        python=$candidate
        break
    fi
    seen="$seen$version "
done
if [ -z "$python" ] && [ -z "$seen" ]; then
    stop "Python is missing; this bundle is for Python ${wanted}(Debian: apt install python3)."
elif [ -z "$python" ]; then
    stop "here is Python ${seen}- this bundle is for Python ${wanted}- make one with: payvand bundle --python ${seen}"
fi
# Debian's python3-minimal is not all of Python.
for module in venv ctypes ssl zoneinfo; do
    "$python" -c "import $module" 2>/dev/null ||
        stop "Python $version here has no module $module; install all of it (Debian: apt install python3)."
done

exec "$python" -I "$here/install.py" "$@"
