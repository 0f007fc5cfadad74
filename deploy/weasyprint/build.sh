#!/usr/bin/env bash
# Build wheels of WeasyPrint and pydyf with the patches of this directory, and the modules that take
# most of the time compiled by Cython, in var/weasyprint. PYTHON is the Python that will run them.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=$(realpath --no-symlinks "${PYTHON:-.venv/bin/python}")
here=$PWD/deploy/weasyprint
work=$PWD/var/weasyprint
modules=(
  pydyf/__init__ weasyprint/{anchors,document,matrix,stacking} weasyprint/css/{__init__,functions}
  weasyprint/draw/{__init__,border,color,text} weasyprint/formatting_structure/{boxes,build}
  weasyprint/layout/{__init__,background,block,float,inline,min_max,page,percent,table}
  weasyprint/pdf/{stream,tags} weasyprint/text/line_break
)

header=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h
if ! command -v cc >/dev/null || [ ! -e "$header" ]; then
  echo "A C compiler and Python's headers are needed: install the Debian packages gcc and python3-dev." >&2
  exit 1
fi

rm -rf "$work"
mkdir -p "$work/released"
"$python" -m venv "$work/venv"
export PATH=$work/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1
pip install --quiet --require-hashes -r requirements/weasyprint.txt

# the released wheels, with the hashes that are installed everywhere else
sed -nE '/^(weasyprint|pydyf)==/,/[^\\]$/p' requirements/run.txt > "$work/released.txt"
pip download --quiet --no-deps --only-binary :all: --require-hashes \
  --dest "$work/released" -r "$work/released.txt"

tag=$(python -c 'import sys, sysconfig as s
cp = "cp%d%d" % sys.version_info[:2]
print(cp, cp, s.get_platform().replace("-", "_").replace(".", "_"), sep="-")')
for wheel in "$work"/released/*.whl; do
  wheel unpack --dest "$work" "$wheel" > "$work/log"
done
for directory in "$work"/weasyprint-* "$work"/pydyf-*; do
  cd "$directory"
  patch --strip 1 --quiet < "$here/$(basename "$directory").patch"
  files=()
  for module in "${modules[@]}"; do
    if [ -e "$module.py" ]; then files+=("$module.py"); fi
  done
  cythonize -3 --inplace --parallel 2 --directive annotation_typing=False "${files[@]}" &>> "$work/log" \
    || { tail "$work/log" >&2; exit 1; }
  rm -rf build
  find . -name '*.c' -delete
  sed -i -e 's/^Root-Is-Purelib: .*/Root-Is-Purelib: false/' -e "s/^Tag: .*/Tag: $tag/" ./*.dist-info/WHEEL
  wheel pack --build-number 1 --dest-dir "$work" . >> "$work/log"
done
ls "$work"/*.whl
