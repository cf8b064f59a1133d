FROM python:3.11-slim

COPY . /src
RUN pip install --no-cache-dir /src && rm -rf /src

USER 10001:10001
EXPOSE 4412

# Inside a container the server listens on all addresses; the control API then requires the token that the log shows.
# `health` reads the URL from the file, so that it finds the server whatever the options of `serve` are. The file is in
# memory, because a container may have a read-only file system.
ENV CARBON_EMULATOR_HOST=0.0.0.0 \
    CARBON_EMULATOR_URL_FILE=/dev/shm/carbon-emulator-url
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s CMD ["carbon-emulator", "health"]
ENTRYPOINT ["carbon-emulator"]
CMD ["serve"]
