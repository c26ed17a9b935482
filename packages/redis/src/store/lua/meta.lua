-- `from`: the value that the field must have. Without `to` the field is removed.
local field, from, to = request.field, request.from, request.to
local stored = redis.call('HGET', META, field)
local updated = from == nil or from == stored
if field == 'format' then updated = tonumber(to) >= format end
if updated and to ~= stored then
  beginWrite()
  if to then redis.call('HSET', META, field, to) else redis.call('HDEL', META, field) end
end
if field == 'joinSeen' then joinSeen = true end
if field == 'lossId' and updated then lossId = nil end
return answer({ updated = updated })
