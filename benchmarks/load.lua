-- wrk -s load.lua URL -- METHOD BODY_FILE UNIQUE_HEADER UNIQUE_PREFIX [NAME VALUE]...
-- Prints the outcome as one line of JSON. A unique header gets another value in each request.

function init(args)
  wrk.method = args[1]
  local file = assert(io.open(args[2], "rb"))
  local body = file:read("*a")
  file:close()
  if #body > 0 then wrk.body = body end
  for place = 5, #args, 2 do wrk.headers[args[place]] = args[place + 1] end
  if args[3] ~= "" then
    local sent = 0
    request = function()
      sent = sent + 1
      wrk.headers[args[3]] = args[4] .. sent
      return wrk.format()
    end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "p99_ms": %.3f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
