FROM python:3.11-slim

COPY . /src
RUN pip install --no-cache-dir /src && rm -rf /src

USER 10001:10001
EXPOSE 4412

# Inside a container the address must be every one; the control API then asks for its token, which the log tells.
ENV CARBON_EMULATOR_HOST=0.0.0.0
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s CMD ["carbon-emulator", "health"]
ENTRYPOINT ["carbon-emulator"]
CMD ["serve"]
