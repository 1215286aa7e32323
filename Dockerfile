# The headless app, without a window, as a user without rights; see docs/install.md, "In a container".
FROM python:3.12-slim-bookworm AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY requirements requirements
COPY assets assets
COPY fasdemo fasdemo
COPY trainer trainer
# The locked packages of an install without the window; each wheel is checked against its sha256.
RUN python -m venv /opt/fasdemo \
 && /opt/fasdemo/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r requirements/headless.txt \
 && /opt/fasdemo/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
 && XDG_DATA_HOME=/opt/fasdemo/share /opt/fasdemo/bin/python -m fasdemo.faces.model_file

FROM python:3.12-slim-bookworm
# Debian's security updates are wanted, so versions are not pinned.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libegl1 libgles2 libusb-1.0-0 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/fasdemo /opt/fasdemo
# Nothing is fetched and nothing but /tmp is written at run time.
ENV FASDEMO_FACE_MODEL=/opt/fasdemo/share/fasdemo/face_landmarker.task \
    HOME=/tmp \
    MPLCONFIGDIR=/tmp \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["/opt/fasdemo/bin/fasdemo"]
CMD ["--demo", "--headless", "--json", "-"]
