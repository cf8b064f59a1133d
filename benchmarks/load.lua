-- wrk -s load.lua URL -- METHOD BODY_FILE UNIQUE NUMBER FIRST LAST UNIQUE_HEADER UNIQUE_PREFIX [NAME VALUE]...
-- Prints the outcome as one line of JSON. The unique header differs in each request. So do the texts UNIQUE, NUMBER,
-- FIRST and LAST, wherever they are in the body and in the path: a text and a number of the same lengths replace them,
-- and the first and the last day of one of 360,000 periods.

local FIRST_DAY, DAYS, SHORTEST = 19500, 600, 30 -- the first day is from 2023-05-23 to 2025-01-11

local function date(day) return os.date("!%Y-%m-%d", day * 86400) end

function init(args)
  wrk.method = args[1]
  local file = assert(io.open(args[2], "rb"))
  local body = file:read("*a")
  file:close()
  if #body > 0 then wrk.body = body end
  for index = 9, #args, 2 do wrk.headers[args[index]] = args[index + 1] end
  local function pattern(text) return (text:gsub("%-", "%%-")) end
  local unique, number, first_day, last_day = pattern(args[3]), args[4], pattern(args[5]), pattern(args[6])
  local header, prefix = args[7], args[8]
  local path = wrk.path
  local function differs(text) return text:find(unique) or text:find(number, 1, true) or text:find(first_day) end
  local body_differs, path_differs = differs(body), differs(path)
  if header == "" and not body_differs and not path_differs then return end
  local sent, run, first = 0, os.time() % 1000000, tonumber(number)
  request = function()
    sent = sent + 1
    local text = string.format("u%06d%010d", run, sent)
    local day = FIRST_DAY + sent % DAYS
    local later = day + SHORTEST + sent % (DAYS + 1)
    local function filled(template)
      template = template:gsub(unique, text):gsub(number, first + sent)
      return (template:gsub(first_day, date(day)):gsub(last_day, date(later)))
    end
    if header ~= "" then wrk.headers[header] = prefix .. sent end
    if body_differs then wrk.body = filled(body) end
    if path_differs then wrk.path = filled(path) end
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
