-- Redis removes expired data by itself, except for states with a due time: a due time without its state is a loss.
local due = redis.call('ZRANGEBYSCORE', DUE, '-inf', whole(now), 'LIMIT', 0, request.limit)
local claimed, absent, isLoss = {}, {}, false
for _, consumer in ipairs(due) do
  local version, state, hasExpired = loadState(consumer)
  if state then
    claimed[#claimed + 1] = { consumer = consumer, version = version, state = state }
  else
    absent[#absent + 1] = consumer
    isLoss = isLoss or not hasExpired
  end
end

if #due > 0 then beginWrite() end
for _, consumer in ipairs(absent) do
  redis.call('ZREM', DUE, consumer)
  redis.call('DEL', keyOf('c', consumer))
end
if isLoss then noteLoss() end
for _, entry in ipairs(claimed) do redis.call('ZADD', DUE, whole(now + request.leaseMs), entry.consumer) end

local earliest = redis.call('ZRANGE', DUE, 0, 0, 'WITHSCORES')
return answer({ claimed = claimed, nextDueAt = tonumber(earliest[2]) })
