-- wrk -s load.lua URL -- METHOD BODY_FILE UNIQUE UNIQUE_HEADER UNIQUE_PREFIX [NAME VALUE]...
-- Prints the outcome as one line of JSON. The unique header, and the text UNIQUE in the body, differ in each request.

function init(args)
  wrk.method = args[1]
  local file = assert(io.open(args[2], "rb"))
  local body = file:read("*a")
  file:close()
  if #body > 0 then wrk.body = body end
  for index = 6, #args, 2 do wrk.headers[args[index]] = args[index + 1] end
  local header, prefix = args[4], args[5]
  local first, last = body:find(args[3], 1, true)
  if header == "" and not first then return end
  local before, after = "", ""
  if first then before, after = body:sub(1, first - 1), body:sub(last + 1) end
  local sent, run = 0, os.time() % 1000000
  request = function()
    sent = sent + 1
    if header ~= "" then wrk.headers[header] = prefix .. sent end
    if first then wrk.body = before .. string.format("u%06d%010d", run, sent) .. after end
    return wrk.format()
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "p99_ms": %.3f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
