#!/usr/bin/env bash
# Reproduces the shipped models: renders data, trains the streams and the fusions, exports, and writes the manifest. The
# other networks of the tables of docs/models.md are trained and exported to WORK/table; they are not shipped.
#   PORTRAITS   folder of portraits      HEADS  head model; docs/synth.md names sources of both
#   WORK        folder for data and runs  COUNT  exposures to render  SEED  seed of the data
#   MINUTES     limit of each training    THREADS  of each training   MODELS  folder for the shipped files
# Finished steps are not repeated, so an interrupted run can be started again.
set -euo pipefail
cd "$(dirname "$0")/.."
PORTRAITS=${PORTRAITS:-} HEADS=${HEADS:-} WORK=${WORK:-.work} COUNT=${COUNT:-21000} SEED=${SEED:-1}
MINUTES=${MINUTES:-60} THREADS=${THREADS:-1} MODELS=${MODELS:-assets/models}
python=.venv/bin/python
trainer=("$python" -m trainer)
data=$WORK/crops runs=${RUNS:-$WORK/runs} table=$WORK/table

# Three species and a sensor are in the test part only, to measure the networks on unseen attacks and sensors.
"${trainer[@]}" synth crops ${PORTRAITS:+--portraits "$PORTRAITS"} ${HEADS:+--heads "$HEADS"} \
  --work "$WORK" --count "$COUNT" --seed "$SEED" --output "$data" \
  --holdout print-cut-eyes-nose replay-monitor mask-resin --holdout-sensor tof

# NAME CONFIG [OPTIONS]
train() {
  local name=$1 config=$2; shift 2
  [ -f "$runs/$name/model.pt" ] && return
  "${trainer[@]}" train --config "$config" --data "$data" --output "$runs/$name" --resume auto \
    --max-minutes "$MINUTES" --threads "$THREADS" "$@"
}

for stream in depth ir rgb; do
  train "fasdemo-featherb-$stream" "fasdemo-featherb-$stream"
done
train fasdemo-flex fasdemo-flex --init "depth=$runs/fasdemo-featherb-depth/model.pt" \
  "ir=$runs/fasdemo-featherb-ir/model.pt" "rgb=$runs/fasdemo-featherb-rgb/model.pt"
for fusion in cdc concat pipenet; do
  train "fasdemo-$fusion" "fasdemo-$fusion"
done
# Both networks of the paper on depth with equal settings: fewer epochs, augmentation as for the other streams.
for network in FeatherNetA FeatherNetB; do
  train "$network-depth" fasdemo-featherb-depth --arch "$network" --epochs 12 \
    --set augment.depth_far=0 augment.depth_tilt_deg=0 augment.depth_relief=0
done

limits="Trained and measured on rendered faces and attacks alone: no figure here was measured on a real camera, a real infrared face or a real attack."
# Credits of the portraits and heads of the shipped models; set CREDITS for others.
credits=${CREDITS:-portraits: Face Research Lab London Set, DeBruine and Jones 2017, CC BY 4.0, and Young Adult White Faces, DeBruine and Jones 2017, CC BY 4.0; heads: ICT-FaceKit, USC ICT, MIT}

# FOLDER NAME [OPTIONS]
export_model() {
  local folder=$1 name=$2; shift 2
  "${trainer[@]}" export "$runs/$name/model.pt" --output "$folder/$name.onnx" --name "$name" --crops "$data" "$@" \
    --training-data "rendered faces and attacks (docs/synth.md), seed $SEED, $COUNT exposures; $credits" --limits "$limits"
}

mkdir -p "$MODELS" "$table"
for name in fasdemo-featherb-depth fasdemo-featherb-ir fasdemo-featherb-rgb fasdemo-cdc; do
  export_model "$MODELS" "$name"
done
export_model "$MODELS" fasdemo-flex --int8 "$data"
for name in fasdemo-concat fasdemo-pipenet FeatherNetA-depth FeatherNetB-depth; do
  export_model "$table" "$name"
done
# `python -m trainer finetune` starts from the flagship's checkpoint.
cp "$runs/fasdemo-flex/model.pt" "$MODELS/fasdemo-flex.pt"
"$python" - "$MODELS" <<'PY'
import sys
from pathlib import Path
from fasdemo.models.model_file import write_manifest
# The first model for a number of streams is the default. For one stream it is the single-stream network, which is as
# accurate as fasdemo-flex and three times as fast; for three streams it is fasdemo-flex, before INT8 and `cdc`.
order = ("featherb-depth", "featherb-ir", "featherb-rgb", "flex", "flex-int8", "cdc")
write_manifest(Path(sys.argv[1]), tuple(f"fasdemo-{name}.onnx" for name in order))
PY
echo "figures: tools/leave_one_out.py --data $data, then tools/model_figures.py --data $data"
