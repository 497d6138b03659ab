-- Ends a lease. KEYS[i] is the i-th check's; ARGV: checks as JSON, lease id, second of taking, tokens or '', dollars.
-- Answers the dollars spent, for each budget.
local second = tonumber(redis.call('TIME')[1])
local checks = cjson.decode(ARGV[1])
local WINDOW = 60
local spent = {}
for i, check in ipairs(checks) do
  if check.kind == 'in_flight' then
    redis.call('ZREM', KEYS[i], ARGV[2])
  elseif check.kind == 'budget' then
    spent[#spent + 1] = redis.call('INCRBYFLOAT', KEYS[i], ARGV[5])
  elseif check.kind == 'tokens' and ARGV[4] ~= '' then
    local difference = tonumber(ARGV[4]) - check.amount
    if difference > 0 then
      redis.call('HINCRBY', KEYS[i], second, difference)
      redis.call('EXPIRE', KEYS[i], WINDOW + 2)
    elseif difference < 0 and redis.call('HEXISTS', KEYS[i], ARGV[3]) == 1 then
      redis.call('HINCRBY', KEYS[i], ARGV[3], difference)
    end
  end
end
return spent
