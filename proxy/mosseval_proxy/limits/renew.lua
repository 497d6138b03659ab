-- Keeps leases alive: KEYS[i] holds the lease ARGV[i + 1] for ARGV[1] more seconds.
local time = redis.call('TIME')
local expires = tonumber(time[1]) + tonumber(time[2]) / 1000000 + tonumber(ARGV[1])
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, 'XX', expires, ARGV[i + 1])
  redis.call('EXPIRE', key, math.ceil(tonumber(ARGV[1])) + 1)
end
return #KEYS
