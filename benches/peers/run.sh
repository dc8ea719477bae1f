#!/usr/bin/env bash
# Peers and this crate side by side, on the chains of benches/exact.rs. Needs python3 with venv and pip; not part of CI.
#   benches/peers/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
venv="${PEERS_VENV:-target/peers}"
if [[ ! -x "$venv/bin/python" ]]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet numpy scipy PyDTMC stormpy
fi
CARGO_TARGET_DIR="$venv/krabmaga" cargo build --release --manifest-path benches/peers/krabmaga/Cargo.toml
CARGO_TARGET_DIR="$venv/faer" cargo build --release --manifest-path benches/peers/faer/Cargo.toml
"$venv/bin/python" benches/peers/compare.py "$venv/faer/release/faer-chains" "$venv/krabmaga/release/krabmaga-loop"
cargo build --release --quiet
"$venv/bin/python" benches/peers/storm.py target/release/runaway
