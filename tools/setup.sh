#!/usr/bin/env bash
# Bring a machine with Python and git to where `make demo` (app), `make test` (dev) or `make docs` (docs) can run.
# Repeating it is cheap: each step looks before it installs.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-app}
venv=.venv

say() { printf 'setup: %s\n' "$*" >&2; }
packages_failed() {
  say "apt-get could not install ${missing[*]}; connect to the network or repair what it names above, then make again."
  exit 2
}

command -v "$PYTHON" >/dev/null || {
  say "$PYTHON is not found; install Python 3.11 to 3.14 or name it with \`make PYTHON=/path/to/python3.12 ...\`."
  exit 2
}
"$PYTHON" - <<'PY' || exit 2
import sys
if not (3, 11) <= sys.version_info[:2] < (3, 15):
    sys.exit("setup: Python 3.11 to 3.14 is needed, this is %s; name one with `make PYTHON=/path/to/python3.12 ...`." % sys.version.split()[0])
PY

# System libraries of Qt, OpenGL and USB, by the file that each must provide.
libraries=(
  libEGL.so.1:libegl1 libGL.so.1:libgl1 libGLESv2.so.2:libgles2 libdbus-1.so.3:libdbus-1-3
  libfontconfig.so.1:libfontconfig1 libxkbcommon-x11.so.0:libxkbcommon-x11-0 libxcb-cursor.so.0:libxcb-cursor0
  libxcb-icccm.so.4:libxcb-icccm4 libxcb-image.so.0:libxcb-image0 libxcb-keysyms.so.1:libxcb-keysyms1
  libxcb-randr.so.0:libxcb-randr0 libxcb-render-util.so.0:libxcb-render-util0 libxcb-shape.so.0:libxcb-shape0
  libxcb-xkb.so.1:libxcb-xkb1 libX11-xcb.so.1:libx11-xcb1 libusb-1.0.so.0:libusb-1.0-0
)
missing=()
if [ "$(uname -s)" = Linux ] && [ "$what" != docs ]; then
  known=$( { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null )
  for entry in "${libraries[@]}"; do
    grep -q "${entry%%:*}" <<<"$known" || missing+=("${entry##*:}")
  done
  grep -q 'libglib-2.0.so.0' <<<"$known" || missing+=("$(apt-cache show libglib2.0-0t64 >/dev/null 2>&1 && echo libglib2.0-0t64 || echo libglib2.0-0)")
  [ -n "$(find /usr/share/fonts -name '*.ttf' -print -quit 2>/dev/null)" ] || missing+=(fonts-dejavu-core)
  if ! "$PYTHON" -c 'import ensurepip' 2>/dev/null && ! "$PYTHON" -m virtualenv --version >/dev/null 2>&1; then
    missing+=("python$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv")
  fi
  # The tests open a real window on a virtual display and press its keys.
  if [ "$what" = dev ]; then
    command -v Xvfb >/dev/null || missing+=(xvfb)
    command -v xdotool >/dev/null || missing+=(xdotool)
    command -v openbox >/dev/null || missing+=(openbox)
    # The MQTT client is tested against a real broker, which the tests start themselves.
    command -v mosquitto >/dev/null || [ -x /usr/sbin/mosquitto ] || missing+=(mosquitto)
    # The tests of network cameras start GStreamer's RTSP server, with the system's own Python.
    /usr/bin/python3 -c 'import gi; gi.require_version("GstRtspServer", "1.0")' 2>/dev/null ||
      missing+=(python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good)
  fi
fi
if [ ${#missing[@]} -gt 0 ]; then
  install="apt-get update -q && apt-get install -y -q --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing ${missing[*]}"
    DEBIAN_FRONTEND=noninteractive bash -c "$install" >/dev/null || packages_failed
  elif command -v apt-get >/dev/null && sudo -n true 2>/dev/null; then
    say "installing ${missing[*]}"
    sudo -n DEBIAN_FRONTEND=noninteractive bash -c "$install" >/dev/null || packages_failed
  else
    say "system libraries are missing; run this line once, then make again:"
    printf "  sudo sh -c '%s'\n" "$install" >&2
    exit 2
  fi
fi

"$PYTHON" tools/install.py "$what" || exit 2
[ "$what" = docs ] || $venv/bin/python -m fasdemo.faces.model_file
