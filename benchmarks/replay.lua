-- Replays requests from a file for wrk: blocks of "<length>\n<bytes>\n". REQUESTS names the file, START the first
-- number that takes the place of @UNIQUE@, so that nothing that is written is written twice.
local requests, place, number = {}, 0, 0
local threads = {}

function setup(thread) table.insert(threads, thread) end

function init()
  local file = assert(io.open(os.getenv("REQUESTS"), "rb"))
  while true do
    local length = file:read("*l")
    if not length then break end
    local raw = file:read(tonumber(length))
    file:read(1)
    local at = string.find(raw, "@UNIQUE@", 1, true)
    requests[#requests + 1] = at and { string.sub(raw, 1, at - 1), string.sub(raw, at + 8) } or raw
  end
  file:close()
  number = tonumber(os.getenv("START"))
  place = number % #requests
end

function request()
  place = place % #requests + 1
  local found = requests[place]
  if type(found) == "string" then return found end
  number = number + 1
  return found[1] .. string.format("%08d", number) .. found[2]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\nJSON {"requests":%d,"seconds":%.4f,"p50":%.3f,"p95":%.3f,"p99":%.3f,"max":%.3f,"refused":%d,"broken":%d,"bytes":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    latency:percentile(99) / 1000,
    latency.max / 1000, e.status, e.connect + e.read + e.write + e.timeout, summary.bytes))
end
