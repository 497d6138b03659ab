-- Makes all checks and takes all, or nothing. KEYS[i] is the i-th check's; ARGV: checks as JSON, lease id, its seconds.
-- Answers {0, second, dollars spent ...} or {number of the check that failed, seconds to wait (as text), -}.
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local second = tonumber(time[1])
local checks = cjson.decode(ARGV[1])
local WINDOW = 60

local function window_wait(key, limit, amount)
  local cells = redis.call('HGETALL', key)
  local total, live, old = 0, {}, {}
  for i = 1, #cells, 2 do
    local at, held = tonumber(cells[i]), tonumber(cells[i + 1])
    if at < second - WINDOW then
      old[#old + 1] = cells[i]
    else
      total = total + held
      live[#live + 1] = { at, held }
    end
  end
  if #old > 0 then redis.call('HDEL', key, unpack(old)) end
  local over = total + amount - limit
  if over <= 0 then return nil end
  table.sort(live, function(a, b) return a[1] < b[1] end)
  for _, cell in ipairs(live) do
    over = over - cell[2]
    if over <= 0 then return cell[1] + WINDOW + 1 - now end
  end
  return WINDOW
end

local spent = {}
for i, check in ipairs(checks) do
  local wait = nil
  if check.kind == 'budget' then
    local dollars = redis.call('GET', KEYS[i]) or '0'
    spent[#spent + 1] = dollars
    if tonumber(dollars) >= check.limit then wait = 0 end
  elseif check.kind == 'in_flight' then
    redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now)
    if redis.call('ZCARD', KEYS[i]) >= check.limit then wait = 1 end
  else
    wait = window_wait(KEYS[i], check.limit, check.amount)
  end
  if wait then return { i, tostring(wait) } end
end

for i, check in ipairs(checks) do
  if check.kind == 'in_flight' then
    redis.call('ZADD', KEYS[i], now + tonumber(ARGV[3]), ARGV[2])
    redis.call('EXPIRE', KEYS[i], math.ceil(tonumber(ARGV[3])) + 1)
  elseif check.kind ~= 'budget' then
    redis.call('HINCRBY', KEYS[i], second, check.amount)
    redis.call('EXPIRE', KEYS[i], WINDOW + 2)
  end
end
return { 0, second, unpack(spent) }
