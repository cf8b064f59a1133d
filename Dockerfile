FROM python:3.11-slim

COPY . /src
RUN pip install --no-cache-dir /src && rm -rf /src

USER 10001:10001
EXPOSE 4412

# In a container the server listens on all addresses, and the control API requires the token that the log shows.
# `health` reads the URL from a file, so that it works with any options of `serve`. The file is in memory, because the
# file system may be read-only.
ENV CARBON_EMULATOR_HOST=0.0.0.0 \
    CARBON_EMULATOR_URL_FILE=/dev/shm/carbon-emulator-url
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s CMD ["carbon-emulator", "health"]
ENTRYPOINT ["carbon-emulator"]
CMD ["serve"]
