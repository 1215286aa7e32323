#!/usr/bin/env bash
# Reproduces the shipped models: renders data, trains the streams and the fusions, exports, and writes the manifest. The
# other networks of the tables of docs/models.md are trained and exported to WORK/table; they are not shipped.
#   PORTRAITS     folders of portraits, separated by spaces   HEADS  head model; docs/synth.md names sources of both
#   MORE          further folders of portraits (needs REAL), of which a second set of MORE_COUNT exposures is rendered
#   ENVIRONMENTS  folder of environment maps for light and backgrounds
#   REAL          folder of real captures (docs/synth.md); the live people PEOPLE of its source kinect2 are trained on too
#   WORK          folder for data and runs  COUNT  exposures to render  SEED  seed of the data
#   PHOTOGRAPHS   pictures for colour alone   LITE  ImageNet weights of EfficientNet-Lite0 (docs/networks.md)
#   TEACHER       ONNX model on colour with a card beside it, a second opinion on live faces (docs/training.md)
#   MINUTES       limit of each training    THREADS  of each training   MODELS  folder for the shipped files
#   PYTHON        interpreter with the extra `train` (.venv/bin/python)
# Finished steps are not repeated, so an interrupted run can be started again.
set -euo pipefail
cd "$(dirname "$0")/.."
PORTRAITS=${PORTRAITS:-} MORE=${MORE:-} HEADS=${HEADS:-} ENVIRONMENTS=${ENVIRONMENTS:-} REAL=${REAL:-}
PEOPLE=${PEOPLE:-person_00 person_01 person_02 person_04}
WORK=${WORK:-.work} COUNT=${COUNT:-14000} MORE_COUNT=${MORE_COUNT:-18000} PHOTOGRAPHS=${PHOTOGRAPHS:-7320} LITE=${LITE:-} SEED=${SEED:-21}
TEACHER=${TEACHER:-} MINUTES=${MINUTES:-60} THREADS=${THREADS:-1} MODELS=${MODELS:-assets/models}
[ -z "$MORE" ] || [ -n "$REAL" ] || { echo "MORE needs REAL: set REAL to the folder of real captures." >&2; exit 2; }
python=${PYTHON:-.venv/bin/python}
trainer=("$python" -m trainer)
data=$WORK/crops runs=${RUNS:-$WORK/runs} table=$WORK/table

# Three species and a sensor are in the test part only, to measure the networks on unseen attacks and sensors.
# render OUTPUT COUNT SEED PORTRAITS...
render() {
  local output=$1 count=$2 seed=$3; shift 3
  "${trainer[@]}" synth crops ${1:+--portraits "$@"} ${HEADS:+--heads "$HEADS"} \
    ${ENVIRONMENTS:+--environments "$ENVIRONMENTS"} --work "$WORK" --count "$count" --seed "$seed" --output "$output" \
    --holdout print-cut-eyes-nose replay-monitor mask-resin --holdout-sensor tof
}
# shellcheck disable=SC2086  # PORTRAITS and MORE hold several folders
render "$data" "$COUNT" "$SEED" $PORTRAITS
sets=("$data") exposures=$COUNT
if [ -n "$MORE" ]; then
  # shellcheck disable=SC2086
  render "$WORK/crops2" "$MORE_COUNT" $((SEED + 1)) $PORTRAITS $MORE
  sets+=("$WORK/crops2") exposures=$((COUNT + MORE_COUNT))
fi

# Real captures in both classes: as they are, and shown as prints and screens.
mixed=$data
if [ -n "$REAL" ]; then
  mixed=$WORK/mixed
  # shellcheck disable=SC2086  # PEOPLE holds several names
  [ -f "$mixed/recipe.json" ] || "${trainer[@]}" recapture "$REAL" --source kinect2 --people $PEOPLE \
    --data "${sets[@]}" --output "$mixed" --work "$WORK/real"
fi

# NAME CONFIG SET [OPTIONS]
train() {
  local name=$1 config=$2 set=$3; shift 3
  [ -f "$runs/$name/model.pt" ] && return
  "${trainer[@]}" train --config "$config" --data "$set" --output "$runs/$name" --resume auto \
    --max-minutes "$MINUTES" --threads "$THREADS" "$@"
}

# Each stream is trained on the first rendered set, then on all rendered and real crops. The shipped weights had 14 of the
# 24 epochs, and the flagship 9 more, on the first set and the real crops alone, before the second set was rendered.
epochs() { case $1 in depth) echo 16 ;; ir) echo 10 ;; rgb) echo 4 ;; esac; }
for stream in depth ir rgb; do
  train "first-$stream" "fasdemo-featherb-$stream" "$data" --epochs "$(epochs $stream)"
done
for stream in depth ir; do
  train "fasdemo-featherb-$stream" "fasdemo-featherb-$stream" "$mixed" --epochs 24 \
    --init "all=$runs/first-$stream/model.pt" --set run.ema=0.997
done
[ -e "$runs/fasdemo-featherb-rgb" ] || cp -r "$runs/first-rgb" "$runs/fasdemo-featherb-rgb"
train fasdemo-flex fasdemo-flex "$mixed" --epochs 6 --set run.ema=0.997 \
  --init "depth=$runs/fasdemo-featherb-depth/model.pt" "ir=$runs/fasdemo-featherb-ir/model.pt" \
  "rgb=$runs/first-rgb/model.pt"
# Infrared alone: a second network, which starts from ImageNet weights if LITE is given, and the sum of both.
train fasdemo-lite-ir fasdemo-lite-ir "$mixed" ${LITE:+--init "all=$LITE"}
train fasdemo-featherlite-ir fasdemo-featherlite-ir "$mixed" \
  --init "feather=$runs/fasdemo-featherb-ir/model.pt" "lite=$runs/fasdemo-lite-ir/model.pt"
# Colour alone: photographs and their recaptures, in two sets. LITE starts the trunk from ImageNet weights, and TEACHER, an
# ONNX model on colour with a card beside it, rates the live faces from the second training on, if given. The shipped
# weights are the mean of the second and third training. Their first training had 10,000 pictures of the first version of
# `synth photographs`, the second a limit of 21 minutes (two epochs), and the third a set of an earlier version.
# photograph OUTPUT SEED [OPTIONS]
photograph() {
  local output=$1 seed=$2; shift 2
  # shellcheck disable=SC2086
  "${trainer[@]}" synth photographs ${PORTRAITS:+--portraits $PORTRAITS $MORE} ${HEADS:+--heads "$HEADS"} \
    ${ENVIRONMENTS:+--environments "$ENVIRONMENTS"} --work "$WORK" --count "$PHOTOGRAPHS" --live-share 0.5 \
    --seed "$seed" --output "$output" "$@"
}
photographs=$WORK/photographs wider=$WORK/photographs-wide
photograph "$photographs" $((SEED + 10))
photograph "$wider" $((SEED + 20)) --field 3
train first-wide-rgb fasdemo-wide-rgb "$photographs" --epochs 12 ${LITE:+--init "all=$LITE"}
train second-wide-rgb fasdemo-wide-rgb "$photographs" --epochs 7 --lr 0.0003 --init "all=$runs/first-wide-rgb/model.pt" \
  ${TEACHER:+--teacher "$TEACHER"}
train third-wide-rgb fasdemo-wide-rgb "$wider" --epochs 4 --lr 0.0004 --init "all=$runs/second-wide-rgb/model.pt" \
  ${TEACHER:+--teacher "$TEACHER"}
[ -f "$runs/fasdemo-wide-rgb/model.pt" ] || "${trainer[@]}" average "$runs/third-wide-rgb/model.pt" \
  "$runs/second-wide-rgb/model.pt" --data "$wider" --output "$runs/fasdemo-wide-rgb"
for fusion in cdc concat pipenet; do
  train "fasdemo-$fusion" "fasdemo-$fusion" "$mixed"
done
# Both networks of the paper on depth with equal settings: fewer epochs, augmentation as for the other streams.
for network in FeatherNetA FeatherNetB; do
  train "$network-depth" fasdemo-featherb-depth "$data" --arch "$network" --epochs 12 \
    --set augment.depth_far=0 augment.depth_tilt_deg=0 augment.depth_relief=0
done

limits="Trained on rendered faces and attacks${REAL:+ and on real Kinect v2 captures of four live people}; no real attack was trained on, and the figures of this card are of rendered people. docs/models.md has figures on real captures."
# Credits of the portraits and heads of the shipped models; set CREDITS for others.
credits=${CREDITS:-portraits: Face Research Lab London Set, DeBruine and Jones 2017, CC BY 4.0, and Young Adult White Faces, DeBruine and Jones 2017, CC BY 4.0; generated portraits: faker-js/assets-person-portrait, CC0; portraits of members of the US Congress, public domain; heads: ICT-FaceKit, USC ICT, MIT; environment maps: @pmndrs/assets, CC0; Kinect v2 captures: delphifirst/Intensity-Depth-Face-Alignment, MIT}

# FOLDER NAME [OPTIONS]
export_model() {
  local folder=$1 name=$2 start=""; shift 2
  [ "$name" != fasdemo-featherlite-ir ] || start=${LITE:+; ImageNet weights of EfficientNet-Lite0, Apache-2.0}
  "${trainer[@]}" export "$runs/$name/model.pt" --output "$folder/$name.onnx" --name "$name" --limits "$limits" \
    --crops "$mixed" "$@" --training-data "rendered faces and attacks (docs/synth.md), seed $SEED, $exposures exposures${REAL:+, and real Kinect v2 captures of $PEOPLE}$start; $credits"
}

mkdir -p "$MODELS" "$table"
for name in fasdemo-featherb-depth fasdemo-featherlite-ir fasdemo-featherb-ir fasdemo-featherb-rgb; do
  export_model "$MODELS" "$name"
done
export_model "$MODELS" fasdemo-flex
"${trainer[@]}" export "$runs/fasdemo-wide-rgb/model.pt" --output "$MODELS/fasdemo-wide-rgb.onnx" \
  --name fasdemo-wide-rgb --limits "Trained on photographs of people and simulated recaptures of them; no real attack was trained on, and the figures of this card are of simulated ones. docs/models.md has figures on real pictures." \
  --training-data "photographs and simulated recaptures (docs/synth.md), seeds $((SEED + 10)) and $((SEED + 20)), $PHOTOGRAPHS pictures each${LITE:+; ImageNet weights of EfficientNet-Lite0, Apache-2.0}; $credits"
for name in fasdemo-cdc fasdemo-concat fasdemo-pipenet FeatherNetA-depth FeatherNetB-depth; do
  export_model "$table" "$name"
done
# `python -m trainer finetune` starts from the flagship's checkpoint.
cp "$runs/fasdemo-flex/model.pt" "$MODELS/fasdemo-flex.pt"
"$python" - "$MODELS" <<'PY'
import sys
from pathlib import Path
from fasdemo.models.model_file import write_manifest
# The first model for a number of streams is the default. For one stream it is a single-stream network, which is at least
# as accurate as fasdemo-flex and faster; for three streams it is fasdemo-flex.
order = ("featherb-depth", "featherlite-ir", "featherb-ir", "wide-rgb", "featherb-rgb", "flex")
write_manifest(Path(sys.argv[1]), tuple(f"fasdemo-{name}.onnx" for name in order))
PY
echo "figures: python -m tools.measure.networks.leave_one_out --data $mixed, then python -m tools.measure.networks.model_figures --data $mixed"
