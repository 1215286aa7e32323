#!/usr/bin/env bash
# Repeats the shipped models: render, train the streams, train the fusions on them, export, list in the manifest.
#   PORTRAITS   folder of portraits      HEADS  head model, see docs/synth.md for where to get both
#   WORK        where data and runs go   COUNT  exposures to render   MINUTES  of training for each model
# Every step looks at what is there already, so an interrupted run goes on where it stopped.
set -euo pipefail
cd "$(dirname "$0")/.."
PORTRAITS=${PORTRAITS:-} HEADS=${HEADS:-} WORK=${WORK:-.work} COUNT=${COUNT:-20000} MINUTES=${MINUTES:-60} SEED=${SEED:-1}
MODELS=${MODELS:-assets/models}
trainer=(.venv/bin/python -m trainer)
data=$WORK/crops runs=$WORK/runs

"${trainer[@]}" synth crops ${PORTRAITS:+--portraits "$PORTRAITS"} ${HEADS:+--heads "$HEADS"} \
  --work "$WORK" --count "$COUNT" --seed "$SEED" --output "$data"

train() {
  local name=$1; shift
  [ -f "$runs/$name/model.pt" ] && return
  "${trainer[@]}" train --config "$name" --data "$data" --output "$runs/$name" --max-minutes "$MINUTES" --resume auto "$@"
}
streams() { printf '%s=%s ' depth "$runs/fasdemo-featherb-depth/model.pt" ir "$runs/fasdemo-featherb-ir/model.pt" rgb "$runs/fasdemo-featherb-rgb/model.pt"; }

train fasdemo-featherb-depth
train fasdemo-featherb-ir
train fasdemo-featherb-rgb
train fasdemo-flex --init $(streams)
train fasdemo-cdc

limits="Trained and measured on rendered faces and attacks alone: no figure here was measured on a real camera, a real infrared face or a real attack."
# For the portraits and heads of the shipped models; name your own.
credits=${CREDITS:-portraits: Face Research Lab London Set, DeBruine and Jones 2017, CC BY 4.0, and Young Adult White Faces, DeBruine and Jones 2017, CC BY 4.0; heads: ICT-FaceKit, USC ICT, MIT}
mkdir -p "$MODELS"
for name in fasdemo-featherb-depth fasdemo-featherb-ir fasdemo-featherb-rgb fasdemo-flex fasdemo-cdc; do
  int8=(); [ "$name" = fasdemo-flex ] && int8=(--int8 "$data")
  "${trainer[@]}" export "$runs/$name/model.pt" --output "$MODELS/$name.onnx" --crops "$data" "${int8[@]}" \
    --training-data "rendered faces and attacks (docs/synth.md), seed $SEED, $COUNT exposures; $credits" --limits "$limits"
done
# `python -m trainer finetune` starts from the flagship's checkpoint.
cp "$runs/fasdemo-flex/model.pt" "$MODELS/fasdemo-flex.pt"
.venv/bin/python - "$MODELS" <<'PY'
import sys
from pathlib import Path
from fasdemo.models.model_file import write_manifest
# The single-stream models first: where only their stream is offered, they are as good and three times as fast.
write_manifest(Path(sys.argv[1]), ("fasdemo-featherb-depth.onnx", "fasdemo-featherb-ir.onnx", "fasdemo-featherb-rgb.onnx", "fasdemo-flex.onnx"))
PY
